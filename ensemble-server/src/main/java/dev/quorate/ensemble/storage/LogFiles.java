package dev.quorate.ensemble.storage;

import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.txn.TxnEntry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;

/// The log files of a directory, read in order.
public final class LogFiles {
    private LogFiles() {}

    /// Takes an entry of the log; may refuse it.
    public interface Sink {
        void accept(TxnEntry entry) throws IOException;
    }

    public static boolean any(Path directory) throws IOException {
        return !ZxidFiles.list(directory, TxnLog.PREFIX).isEmpty();
    }

    /// Hands over every entry after `afterZxid` in order and checks that none is missing. With `repair`, a torn tail
    /// is cut off, and `notes` gets a line that says how many bytes; without, the files stay as they are.
    public static void read(Path directory, long afterZxid, boolean repair, Sink sink, Consumer<String> notes)
            throws IOException {
        List<ZxidFiles.Named> files = ZxidFiles.list(directory, TxnLog.PREFIX);
        int first = 0;
        for (int i = 0; i < files.size(); i++) {
            if (Long.compare(files.get(i).zxid(), afterZxid + 1) <= 0) {
                first = i;
            }
        }
        long previous = afterZxid;
        for (ZxidFiles.Named file : files.subList(first, files.size())) {
            previous = readFile(file.path(), afterZxid, previous, repair, sink, notes);
        }
    }

    private static long readFile(
            Path path, long afterZxid, long before, boolean repair, Sink sink, Consumer<String> notes)
            throws IOException {
        long previous = before;
        long good;
        boolean torn;
        try (LogReader reader = new LogReader(path)) {
            TxnEntry entry;
            while ((entry = reader.next()) != null) {
                long zxid = entry.zxid();
                if (zxid <= afterZxid) {
                    continue;
                }
                boolean sameEpoch = Zxid.epoch(zxid) == Zxid.epoch(previous);
                if (sameEpoch && zxid > previous + 1 && previous >= 0) {
                    throw new CorruptFileException(path + " at offset " + reader.offset() + ": zxid " + Zxid.hex(zxid)
                            + " follows " + Zxid.hex(previous) + ": entries are missing");
                }
                previous = Math.max(previous, zxid);
                sink.accept(entry);
            }
            good = reader.offset();
            torn = reader.torn();
        }
        if (torn) {
            cut(path, good, previous, repair, notes);
        }
        return previous;
    }

    private static void cut(Path path, long good, long zxid, boolean repair, Consumer<String> notes)
            throws IOException {
        long bytes = Files.size(path) - good;
        notes.accept(path + ": the last " + bytes + " bytes, from offset " + good + " after zxid " + Zxid.hex(zxid)
                + ", are no whole entry" + (repair ? ": cut off" : ": ignored"));
        if (repair) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(good);
                channel.force(true);
            }
        }
    }

    /// Fails where the log has no entry to be cut after; nothing is changed yet. See [TxnLog#truncate].
    static boolean canCut(Path directory, long zxid, long snapshotZxid) throws IOException {
        boolean found = zxid == snapshotZxid || Zxid.counter(zxid) == 0;
        for (ZxidFiles.Named file : ZxidFiles.list(directory, TxnLog.PREFIX).reversed()) {
            if (found || file.zxid() <= zxid) {
                found |= find(file.path(), zxid).zxid == zxid;
                break;
            }
        }
        return found;
    }

    /// Where the last entry at or before a zxid ends.
    private record Place(long zxid, long end) {}

    private static Place find(Path path, long zxid) throws IOException {
        Place place = new Place(-1, TxnLog.HEADER_BYTES);
        try (LogReader reader = new LogReader(path)) {
            TxnEntry entry;
            while ((entry = reader.next()) != null && entry.zxid() <= zxid) {
                place = new Place(entry.zxid(), reader.offset());
            }
        }
        return place;
    }

    /// See [TxnLog#truncate].
    static void cutAfter(Path directory, long zxid) throws IOException {
        for (ZxidFiles.Named file : ZxidFiles.list(directory, TxnLog.PREFIX).reversed()) {
            if (file.zxid() > zxid) {
                Files.delete(file.path());
                continue;
            }
            try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.WRITE)) {
                channel.truncate(find(file.path(), zxid).end);
                channel.force(true);
            }
            break;
        }
        ZxidFiles.syncDirectory(directory);
    }
}
