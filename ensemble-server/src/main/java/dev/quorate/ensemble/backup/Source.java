package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.storage.CorruptFileException;
import dev.quorate.ensemble.storage.EpochFiles;
import dev.quorate.ensemble.storage.LogFiles;
import dev.quorate.ensemble.storage.SnapshotFiles;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.SnapshotCursor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a server left: its newest readable snapshot and the log after it. Only reads, and reads as often as asked.
public final class Source {
    private static final int NODES_PER_CHUNK = 100;

    private final SnapshotFiles.@Nullable Found snapshot;
    private final Path logs;
    private final Survey survey;
    private final EpochFiles epochs;
    private final Set<String> notes = new TreeSet<>();

    private Source(SnapshotFiles.@Nullable Found snapshot, Path snapshots, Path logs, Survey survey) {
        this.snapshot = snapshot;
        this.logs = logs;
        this.survey = survey;
        this.epochs = new EpochFiles(snapshots);
    }

    /// Both directories are parents of `version-2`. Reads the snapshot once, to be sure of it.
    public static Source open(Path dataDir, Path logDir) throws IOException {
        Path snapshots = versioned(dataDir);
        Path logs = versioned(logDir);
        List<String> skipped = new ArrayList<>();
        for (SnapshotFiles.Found candidate : SnapshotFiles.newestFirst(snapshots)) {
            Survey survey = new Survey();
            try {
                SnapshotFiles.read(candidate.path(), survey);
            } catch (IOException e) {
                String path = candidate.path().toString();
                String reason = String.valueOf(e.getMessage());
                skipped.add("snapshot skipped: " + (reason.startsWith(path) ? reason : path + ": " + reason));
                continue;
            }
            Source source = new Source(candidate, snapshots, logs, survey);
            source.notes.addAll(skipped);
            if (!LogFiles.any(logs)) {
                source.notes.add(logs + ": no log is there, so the snapshot alone counts");
            }
            return source;
        }
        if (!skipped.isEmpty()) {
            throw new CorruptFileException(snapshots + ": no readable snapshot; " + skipped.getFirst());
        }
        if (!LogFiles.any(logs)) {
            throw new RefusedException(snapshots + ": neither a snapshot nor a log is there");
        }
        // A server of 3.4 writes no snapshot when it first starts.
        Survey survey = new Survey();
        fresh(survey);
        Source source = new Source(null, snapshots, logs, survey);
        source.notes.add(logs + ": no snapshot, so the log was replayed from its beginning");
        return source;
    }

    private static Path versioned(Path directory) throws RefusedException {
        Path versioned = directory.resolve("version-2");
        if (!Files.isDirectory(versioned)) {
            throw new RefusedException(directory + ": no data of a server: there is no folder version-2 in it");
        }
        return versioned;
    }

    /// 0 where there is none.
    public long snapshotZxid() {
        return snapshot == null ? 0 : snapshot.zxid();
    }

    /// Null where there is none.
    @Nullable
    Path snapshotFile() {
        return snapshot == null ? null : snapshot.path();
    }

    public EpochFiles epochs() {
        return epochs;
    }

    Survey survey() {
        return survey;
    }

    /// Lines that say what was passed over.
    public Set<String> notes() {
        return notes;
    }

    void snapshot(SnapshotFiles.Sink sink) throws IOException {
        if (snapshot == null) {
            fresh(sink);
        } else {
            SnapshotFiles.read(snapshot.path(), sink);
        }
    }

    private static void fresh(SnapshotFiles.Sink sink) throws IOException {
        SnapshotCursor cursor = new SnapshotCursor(new DataTree(true));
        SnapshotChunk chunk;
        while ((chunk = cursor.next(NODES_PER_CHUNK)) != null) {
            sink.accept(chunk);
        }
    }

    /// Every entry after the snapshot. Also the first of an epoch must be there: a server that goes on from a gap loses
    /// data without a word.
    void log(LogFiles.Sink sink) throws IOException {
        long[] epoch = {Zxid.epoch(snapshotZxid())};
        LogFiles.read(
                logs,
                snapshotZxid(),
                false,
                entry -> {
                    long zxid = entry.zxid();
                    if (Zxid.epoch(zxid) > epoch[0] && Zxid.counter(zxid) != 1) {
                        throw new CorruptFileException(logs + ": zxid " + Zxid.hex(zxid)
                                + " is the first of its epoch in the log: entries are missing before it");
                    }
                    epoch[0] = Math.max(epoch[0], Zxid.epoch(zxid));
                    sink.accept(entry);
                },
                notes::add);
    }
}
