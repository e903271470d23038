package dev.quorate.ensemble.core;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.SnapshotCursor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Snapshots under way, to files and to learners, a chunk at a time between other events; and when the next file is
/// due. Files are taken in broadcast only: at other times the tree may hold what is not committed, and a file that was
/// begun before would hold it too, under a zxid at which it is not cut away (peer-protocol.md §8, 1549).
final class Snapshots {
    private static final int CHUNK_NODES = 256;

    private final MemberState state;
    private final RandomGenerator random;
    private final Map<Long, SnapshotCursor> cursors = new TreeMap<>();
    private int sinceLast;
    private int due;
    private long file;
    private long fileZxid;
    private long lastFileZxid = -1;
    private boolean broadcasting;

    Snapshots(MemberState state, RandomGenerator random, boolean wanted) {
        this.state = state;
        this.random = random;
        due = nextDue();
        if (wanted) {
            sinceLast = due;
        }
    }

    /// Servers of one ensemble shall not all write at the same time: a random point in the second half
    /// (server-operations.md, snapCount).
    private int nextDue() {
        int half = Math.max(1, state.config.snapCount() / 2);
        return half + random.nextInt(half);
    }

    long lastFileZxid() {
        return lastFileZxid;
    }

    void applied() {
        sinceLast++;
        takeIfDue();
    }

    /// From now on the tree holds nothing but committed transactions.
    void resume() {
        broadcasting = true;
        takeIfDue();
    }

    /// What is not committed may get into the tree now.
    void pause() {
        broadcasting = false;
        if (file != 0) {
            sinceLast = due;
        }
        abortAll();
    }

    private void takeIfDue() {
        if (broadcasting && sinceLast >= due && file == 0) {
            sinceLast = 0;
            due = nextDue();
            toFile(state.tree, state.tree.lastZxid(), false);
        }
    }

    /// Begins a file that stands for a tree at `zxid`; answered with [Role#snapshotDone].
    long toFile(DataTree tree, long zxid, boolean sync) {
        file = state.nextLink();
        fileZxid = zxid;
        state.out.beginSnapshotFile(file, zxid, sync, true);
        begin(file, tree);
        return file;
    }

    long toLearner(long link) {
        long snapshot = state.nextLink();
        state.out.beginSnapshotToLearner(snapshot, link);
        begin(snapshot, state.tree);
        return snapshot;
    }

    private void begin(long snapshot, DataTree tree) {
        cursors.put(snapshot, new SnapshotCursor(tree, state.config.snapshotAtOnce()));
        next(snapshot);
    }

    void taken(long snapshot) {
        next(snapshot);
    }

    private void next(long snapshot) {
        SnapshotCursor cursor = cursors.get(snapshot);
        if (cursor != null) {
            SnapshotChunk chunk = cursor.next(CHUNK_NODES);
            if (chunk != null) {
                state.out.snapshotChunk(snapshot, chunk);
            }
        }
    }

    void done(long snapshot, boolean ok) {
        cursors.remove(snapshot);
        if (snapshot == file) {
            file = 0;
            if (ok) {
                lastFileZxid = fileZxid;
            }
        }
    }

    void abort(long snapshot) {
        if (cursors.remove(snapshot) != null) {
            state.out.abortSnapshot(snapshot);
        }
        if (snapshot == file) {
            file = 0;
        }
    }

    /// The tree is about to be replaced: what was being written of it is not wanted any more.
    void abortAll() {
        for (long snapshot : List.copyOf(cursors.keySet())) {
            abort(snapshot);
        }
    }
}
