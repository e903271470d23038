package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.PersistedStat;
import dev.quorate.ensemble.model.ZnodePath;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.storage.EpochFiles;
import dev.quorate.ensemble.storage.SnapshotFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Writes one snapshot of everything that a source holds but sessions and what sessions own, so that neither Apache
/// ZooKeeper nor ours sees more in it than an ensemble without clients. The same source gives the same bytes.
public final class CleanSnapshot {
    /// What was written and left out. `touchedParents` lost children to the strip; `emptiedContainers` are those of
    /// them that a server will reap. `sourceZxid` is where the source stood, `timeMillis` the clock at its last
    /// transaction, -1 where there is none in the log; `newestChangeMillis` the same clock when a znode that is
    /// kept
    /// last changed. `notes` say what a reader should know.
    public record Written(
            Path file,
            long zxid,
            long epoch,
            long sourceZxid,
            long timeMillis,
            long newestChangeMillis,
            long znodes,
            long sessionsStripped,
            long ephemeralsStripped,
            long touchedParents,
            long emptiedContainers,
            long transactionsReplayed,
            Set<String> notes) {}

    private static final int CHUNK_NODES = 256;
    /// Epochs are signed 32-bit numbers on the wire; a new one is one more.
    private static final long EPOCH_MAX = Integer.MAX_VALUE - 1L;

    private final Source source;
    private final Rise rise;
    private final Overlay overlay;
    private final long epoch;
    private final Set<String> notes = new TreeSet<>();
    private long znodes;
    private long newestChange;
    private long touchedParents;
    private long emptiedContainers;
    /// A container that the strip took children from, while none was seen in it.
    private @Nullable String emptied;

    private CleanSnapshot(Source source, Rise rise) throws IOException {
        this.source = source;
        this.rise = rise;
        this.overlay = replay(source);
        this.epoch = epoch(overlay.lastZxid());
    }

    /// Reads the source to its end, so that whatever is wrong with it comes to light before a byte is written.
    public static CleanSnapshot of(Source source, Rise rise) throws IOException {
        return new CleanSnapshot(source, rise);
    }

    /// Writes snapshot and epoch files into `directory`, which stands for `version-2`; once. Durable when it returns,
    /// but for the directory itself.
    public Written write(Path directory) throws IOException {
        long sourceZxid = overlay.lastZxid();
        int sessions = overlay.sessions().size();
        long zxid = rise.isNone() ? sourceZxid : Zxid.of(epoch, 0);
        for (String path : overlay.strip(zxid)) {
            notes.add("session-owned znode " + path + " has children: kept as a persistent one");
        }
        Path file = snapshot(directory, zxid);
        EpochFiles epochs = new EpochFiles(directory);
        epochs.accepted(epoch);
        epochs.current(epoch);
        notes.addAll(source.notes());
        return new Written(
                file,
                zxid,
                epoch,
                sourceZxid,
                overlay.lastTime(),
                newestChange,
                znodes,
                sessions,
                overlay.strippedZnodes(),
                touchedParents,
                emptiedContainers,
                overlay.entries(),
                notes);
    }

    /// What the log after the snapshot changes, with all of it applied.
    static Overlay replay(Source source) throws IOException {
        Overlay overlay = new Overlay(source.survey(), source.snapshotZxid());
        source.log(overlay::expect);
        source.snapshot(new Loading(overlay));
        source.log(overlay::apply);
        return overlay;
    }

    private long epoch(long sourceZxid) throws IOException {
        EpochFiles files = source.epochs();
        long seen = Math.max(rise.epochAbove(), Zxid.epoch(sourceZxid));
        for (long known : List.of(files.accepted(), files.current(), files.currentUnderWay())) {
            seen = Math.max(seen, known);
        }
        if (seen + rise.epochs() > EPOCH_MAX) {
            throw new RefusedException("epoch " + seen + " is too high to go " + rise.epochs() + " above it: at most "
                    + EPOCH_MAX + " is possible");
        }
        return seen + rise.epochs();
    }

    private Path snapshot(Path directory, long zxid) throws IOException {
        SnapshotFile file = new SnapshotFile(directory, zxid);
        boolean done = false;
        try {
            file.write(new SnapshotChunk.Head(Map.of(), overlay.acls().table()));
            Chunks chunks = new Chunks(file::write, CHUNK_NODES);
            source.snapshot(chunk -> {
                if (chunk instanceof SnapshotChunk.Nodes nodes) {
                    for (SnapshotChunk.Node node : nodes.nodes()) {
                        overlay.merge(node, (merged, touched) -> chunks.add(finished(merged, touched)));
                    }
                }
            });
            chunks.flush();
            follow("");
            file.write(new SnapshotChunk.End(0, 0));
            done = true;
        } finally {
            if (!done) {
                file.abort();
            }
        }
        return file.finish();
    }

    private SnapshotChunk.Node finished(SnapshotChunk.Node node, boolean touched) throws RefusedException {
        PersistedStat old = node.stat();
        PersistedStat stat = new PersistedStat(
                old.czxid(),
                old.mzxid(),
                old.ctime(),
                old.mtime(),
                old.version(),
                createCount(node.path(), old.createCount()),
                old.aversion(),
                old.owner(),
                old.pzxid());
        // The members' addresses are the old ensemble's; every server writes its own when it starts.
        byte @Nullable [] data = node.path().equals(ZnodePath.CONFIG) ? new byte[0] : node.data();
        znodes++;
        newestChange = Math.max(newestChange, Math.max(old.ctime(), old.mtime()));
        follow(node.path());
        if (touched) {
            touchedParents++;
            emptied = EphemeralOwner.isContainer(stat.owner()) ? node.path() : null;
        }
        return new SnapshotChunk.Node(node.path(), data, node.aclId(), stat);
    }

    /// A container is empty where the znode that follows is not in it.
    private void follow(String path) {
        if (emptied != null && (path.isEmpty() || !ZnodePath.parent(path).equals(emptied))) {
            emptiedContainers++;
        }
        emptied = null;
    }

    private int createCount(String path, int count) throws RefusedException {
        if (count <= 0 || rise.sequences() == 0) {
            return count;
        }
        if (count > Integer.MAX_VALUE - rise.sequences()) {
            throw new RefusedException("znode " + ZnodePath.shown(path) + ": its sequence counter " + count
                    + " is too high to be raised by " + rise.sequences() + ": at most " + Integer.MAX_VALUE
                    + " is possible");
        }
        return count + rise.sequences();
    }
}
