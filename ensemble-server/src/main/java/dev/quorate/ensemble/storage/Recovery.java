package dev.quorate.ensemble.storage;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.TreeLoader;
import dev.quorate.ensemble.txn.TxnEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Finds out from the files where a server stood when it stopped: newest readable snapshot, the log after it, the
/// epochs.
public final class Recovery {
    /// `tail` holds the newest entries of the log, at most as many as asked for. `snapshotZxid` is -1 and `empty`
    /// true when there was nothing at all. An epoch is -1 where its file is missing. `notes` are lines for the log.
    public record Recovered(
            DataTree tree,
            long snapshotZxid,
            List<TxnEntry> tail,
            long acceptedEpoch,
            long currentEpoch,
            boolean empty,
            List<String> notes) {}

    private final Path snapshots;
    private final Path logs;
    private final boolean extendedTypes;
    private final List<String> notes = new ArrayList<>();

    /// Both directories include `version-2`.
    public Recovery(Path snapshots, Path logs, boolean extendedTypes) {
        this.snapshots = snapshots;
        this.logs = logs;
        this.extendedTypes = extendedTypes;
    }

    /// Reads everything; cuts a torn tail of the log.
    public Recovered run(int tailMax) throws IOException {
        SnapshotFiles.dropUnfinished(snapshots);
        List<SnapshotFiles.Found> found = SnapshotFiles.newestFirst(snapshots);
        boolean logged = LogFiles.any(logs);
        DataTree tree = null;
        long snapshotZxid = -1;
        for (SnapshotFiles.Found candidate : found) {
            tree = load(candidate);
            if (tree != null) {
                snapshotZxid = candidate.zxid();
                break;
            }
        }
        if (tree == null && (logged || !found.isEmpty())) {
            throw new CorruptFileException(snapshots
                    + ": no readable snapshot is there, but there is a log or an unreadable snapshot: refusing to"
                    + " start with an empty tree" + (notes.isEmpty() ? "" : " (" + notes.getLast() + ")"));
        }
        boolean empty = tree == null;
        DataTree recovered = tree == null ? new DataTree(extendedTypes) : tree;
        ArrayDeque<TxnEntry> tail = new ArrayDeque<>();
        LogFiles.read(
                logs, Math.max(snapshotZxid, 0), true, entry -> replay(recovered, entry, tail, tailMax), notes::add);
        if (recovered.digestMismatches() > 0) {
            notes.add("digest mismatch: the tree differs " + recovered.digestMismatches()
                    + " time(s) from what log and snapshot say it was");
        }
        recovered.dropOrphanEphemerals();
        EpochFiles epochs = new EpochFiles(snapshots);
        long accepted = epochs.accepted();
        long current = currentEpoch(epochs, recovered.lastZxid());
        if (accepted >= 0 && accepted < current) {
            throw new CorruptFileException(
                    snapshots.resolve("acceptedEpoch") + " says " + accepted + ", and currentEpoch " + current
                            + ": a server accepts an epoch first; one of them is out of date");
        }
        return new Recovered(recovered, snapshotZxid, List.copyOf(tail), accepted, current, empty, List.copyOf(notes));
    }

    private @org.jspecify.annotations.Nullable DataTree load(SnapshotFiles.Found candidate) {
        TreeLoader loader = new TreeLoader(extendedTypes);
        try {
            SnapshotFiles.read(candidate.path(), chunk -> accept(loader, candidate.path(), chunk));
            return loader.finish(candidate.zxid());
        } catch (IOException e) {
            notes.add("snapshot skipped: " + e.getMessage());
            return null;
        }
    }

    private static void accept(TreeLoader loader, Path path, SnapshotChunk chunk) throws CorruptFileException {
        String wrong = loader.accept(chunk);
        if (wrong != null) {
            throw new CorruptFileException(path + ": " + wrong);
        }
    }

    private static void replay(DataTree tree, TxnEntry entry, ArrayDeque<TxnEntry> tail, int tailMax) {
        tree.apply(entry);
        tail.addLast(entry);
        if (tail.size() > tailMax) {
            tail.removeFirst();
        }
    }

    /// The file, or what a server was about to write there when the log is ahead of it (storage-formats.md §1). A
    /// server that died after it had logged what its leader sent, and before it could make the epoch current, has
    /// accepted that epoch: then its history is longer than its epoch says, which is no harm. It votes with the
    /// epoch
    /// of the file.
    private long currentEpoch(EpochFiles epochs, long lastZxid) throws IOException {
        long current = epochs.current();
        long logged = Zxid.epoch(lastZxid);
        if (current >= 0 && logged > current) {
            if (epochs.currentUnderWay() == logged) {
                epochs.current(logged);
                return logged;
            }
            if (epochs.accepted() < logged) {
                throw new CorruptFileException(snapshots.resolve("currentEpoch") + " says " + current
                        + " and acceptedEpoch " + epochs.accepted() + ", but the log goes on to zxid "
                        + Zxid.hex(lastZxid));
            }
        }
        return current;
    }

    /// The zxid of the newest readable snapshot at or below `zxid`; -1 where there is none.
    public long newestSnapshot(long zxid) throws IOException {
        for (SnapshotFiles.Found candidate : SnapshotFiles.newestFirst(snapshots)) {
            if (candidate.zxid() <= zxid && load(candidate) != null) {
                return candidate.zxid();
            }
        }
        return -1;
    }

    /// Hands over the newest readable snapshot at or below `zxid`, then returns the log's entries after it.
    public Reread reread(long zxid, SnapshotFiles.Sink chunks) throws IOException {
        for (SnapshotFiles.Found candidate : SnapshotFiles.newestFirst(snapshots)) {
            if (candidate.zxid() <= zxid && load(candidate) != null) {
                SnapshotFiles.read(candidate.path(), chunks);
                List<TxnEntry> tail = new ArrayList<>();
                LogFiles.read(logs, candidate.zxid(), true, tail::add, notes::add);
                return new Reread(candidate.zxid(), tail);
            }
        }
        throw new CorruptFileException(snapshots + ": no readable snapshot at or below zxid " + Zxid.hex(zxid));
    }

    /// What [#reread] found.
    public record Reread(long snapshotZxid, List<TxnEntry> tail) {}
}
