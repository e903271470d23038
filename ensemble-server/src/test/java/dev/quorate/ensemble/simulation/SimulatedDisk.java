package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.core.Recovered;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.SnapshotCursor;
import dev.quorate.ensemble.tree.TreeLoader;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A server's volume with the two threads that write to it: the twin of `LogWriter`, `StorageTasks`, `SnapshotWriter`
/// and `Recovery`. What was not synced may be lost by a crash, any suffix of it; a torn entry at the end is cut by
/// recovery and so is the same as a lost one. Epoch files and snapshots are there as a whole or not at all.
final class SimulatedDisk {
    private static final int RETAINED_SNAPSHOTS = 3;

    private enum Mark {
        SYNC
    }

    private record Snapshot(long zxid, List<SnapshotChunk> chunks) {}

    /// Hears at once of everything that is on the platter.
    interface Watcher {
        void acceptedEpochStored(int server, long epoch);

        void currentEpochStored(int server, long epoch);

        /// There is no current epoch on disk, and so it is the one of the last transaction.
        void tookEpochFromHistory(int server, long epoch);

        /// Configuration files say this from now on.
        void membershipStored(int server, Membership membership);

        /// One more transaction is durable behind all others.
        void logged(int server, long zxid);

        /// What is durable, anew: everything up to the position of the newest snapshot, then these.
        void holds(int server, long snapshot, List<Long> logged);
    }

    private final int server;
    private final Watcher watcher;
    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final int commitLogCount;

    // --- what is on the platter
    private final List<TxnEntry> log = new ArrayList<>();
    private int synced;
    private final TreeMap<Long, Snapshot> snapshots = new TreeMap<>();
    private long acceptedEpoch = -1;
    private long currentEpoch = -1;

    private @Nullable Membership membership;

    // --- the threads; they end with the process
    private int life;
    private Consumer<Event> events = event -> {};
    private ArrayDeque<Object> gathered = new ArrayDeque<>();
    private boolean syncAsked;
    private final ArrayDeque<Object> queue = new ArrayDeque<>();
    private boolean busy;
    private long lastAppended;
    private final ArrayDeque<Runnable> snapshotQueue = new ArrayDeque<>();
    private boolean snapshotBusy;
    private long writing;
    private Snapshot unfinished = new Snapshot(0, List.of());

    /// How long an fsync takes, about.
    private long syncNanos = 1_000_000;
    /// The next write or sync fails.
    private String failure = "";
    /// Nothing can be written until somebody makes room; a restart does not help.
    private boolean full;

    SimulatedDisk(int server, Scheduler scheduler, RandomGenerator random, int commitLogCount, Watcher watcher) {
        this.server = server;
        this.watcher = watcher;
        this.scheduler = scheduler;
        this.random = random;
        this.commitLogCount = commitLogCount;
    }

    void syncNanos(long nanos) {
        syncNanos = nanos;
    }

    void fail(String reason) {
        failure = reason;
    }

    void full(boolean isFull) {
        full = isFull;
    }

    private String trouble() {
        return full ? "no space left on device" : failure;
    }

    // --- start and end of the process

    /// The snapshot of the empty tree that a server with the right to vote begins with.
    void bootstrap() {
        List<SnapshotChunk> chunks = new ArrayList<>();
        SnapshotCursor cursor = new SnapshotCursor(new DataTree(true));
        for (SnapshotChunk chunk = cursor.next(1000); chunk != null; chunk = cursor.next(1000)) {
            chunks.add(chunk);
        }
        snapshots.put(0L, new Snapshot(0, chunks));
    }

    Recovered recover(Consumer<Event> to) {
        life++;
        events = to;
        failure = "";
        gathered = new ArrayDeque<>();
        syncAsked = false;
        if (snapshots.isEmpty()) {
            if (!log.isEmpty()) {
                throw new Violation("RecoveryNeverRefuses", "a log without a snapshot");
            }
            return new Recovered(
                    new DataTree(true), List.of(), -1, Math.max(0, acceptedEpoch), Math.max(0, currentEpoch), false);
        }
        Snapshot newest = snapshots.lastEntry().getValue();
        DataTree tree = load(newest);
        List<TxnEntry> tail = replay(tree, newest.zxid, Long.MAX_VALUE);
        tree.dropOrphanEphemerals();
        // Recovery syncs what it has read: a process that died may have left it in the page cache.
        synced = log.size();
        tellAll();
        lastAppended = tree.lastZxid();
        long logged = Zxid.epoch(tree.lastZxid());
        if (currentEpoch >= 0 && logged > Math.max(currentEpoch, acceptedEpoch)) {
            throw new Violation(
                    "RecoveryNeverRefuses",
                    "acceptedEpoch is " + acceptedEpoch + " but the log goes on to " + Zxid.hex(tree.lastZxid()));
        }
        long current = currentEpoch >= 0 ? currentEpoch : logged;
        if (currentEpoch < 0 && current > 0) {
            watcher.tookEpochFromHistory(server, current);
        }
        long accepted = Math.max(current, acceptedEpoch >= 0 ? acceptedEpoch : logged);
        int from = Math.max(0, tail.size() - commitLogCount);
        return new Recovered(
                tree,
                List.copyOf(tail.subList(from, tail.size())),
                tree.lastZxid(),
                accepted,
                current,
                tail.size() > commitLogCount);
    }

    private DataTree load(Snapshot snapshot) {
        TreeLoader loader = new TreeLoader(true);
        for (SnapshotChunk chunk : snapshot.chunks) {
            String wrong = loader.accept(chunk);
            if (wrong != null) {
                throw new Violation("RecoveryNeverRefuses", "snapshot " + Zxid.hex(snapshot.zxid) + ": " + wrong);
            }
        }
        return loader.finish(snapshot.zxid);
    }

    private List<TxnEntry> replay(DataTree tree, long after, long upTo) {
        List<TxnEntry> tail = new ArrayList<>();
        long previous = after;
        for (TxnEntry entry : log) {
            long zxid = entry.zxid();
            if (zxid <= after || zxid > upTo) {
                continue;
            }
            if (Zxid.epoch(zxid) == Zxid.epoch(previous) && zxid > previous + 1) {
                throw new Violation(
                        "RecoveryNeverRefuses",
                        "log: " + Zxid.hex(zxid) + " follows " + Zxid.hex(previous) + ": entries are missing");
            }
            previous = Math.max(previous, zxid);
            tree.apply(entry.header(), entry.txn());
            tail.add(entry);
        }
        return tail;
    }

    /// The process ends without notice. What was appended and not synced is lost from some entry on; how many entries.
    int crash() {
        life++;
        int kept = synced + random.nextInt(log.size() - synced + 1);
        int lost = log.size() - kept;
        log.subList(kept, log.size()).clear();
        synced = kept;
        queue.clear();
        snapshotQueue.clear();
        busy = false;
        snapshotBusy = false;
        writing = 0;
        return lost;
    }

    /// The last transaction that is durable in the log or in a snapshot.
    boolean durablyHolds(long zxid, Chain chain) {
        for (int i = synced - 1; i >= 0; i--) {
            if (log.get(i).zxid() == zxid) {
                return true;
            }
        }
        return !snapshots.isEmpty() && chain.isAtOrBefore(zxid, snapshots.lastKey());
    }

    // --- the log's thread

    void append(TxnEntry entry) {
        gathered.add(entry);
    }

    void sync() {
        syncAsked = true;
    }

    private void perform(Runnable task) {
        placeSync();
        gathered.add(task);
    }

    private void placeSync() {
        if (syncAsked) {
            syncAsked = false;
            gathered.add(Mark.SYNC);
        }
    }

    void storeAcceptedEpoch(long epoch) {
        perform(() -> {
            acceptedEpoch = epoch;
            watcher.acceptedEpochStored(server, epoch);
            tell(new Event.AcceptedEpochStored(epoch));
        });
    }

    void storeCurrentEpoch(long epoch) {
        perform(() -> {
            currentEpoch = epoch;
            watcher.currentEpochStored(server, epoch);
            tell(new Event.CurrentEpochStored(epoch));
        });
    }

    /// `.dynamic.next` or `.dynamic.<version>`, each there as a whole or not at all.
    void storeMembership(Membership fresh) {
        perform(() -> {
            membership = fresh;
            watcher.membershipStored(server, fresh);
        });
    }

    /// What the configuration files say; `otherwise` while nothing was written to them.
    Membership membership(Membership otherwise) {
        return membership == null ? otherwise : membership;
    }

    long lastSeenVersion() {
        return membership == null ? 0 : membership.lastSeen().version();
    }

    void truncate(long zxid) {
        perform(() -> cut(zxid));
    }

    private void cut(long zxid) {
        syncNow();
        Long below = snapshots.floorKey(zxid);
        boolean found = below != null && (zxid == below || Zxid.counter(zxid) == 0);
        for (TxnEntry entry : log) {
            found |= entry.zxid() == zxid;
        }
        if (!found || below == null) {
            tell(new Event.CutRefused(zxid));
            return;
        }
        snapshots.tailMap(zxid, false).clear();
        log.removeIf(entry -> entry.zxid() > zxid);
        synced = log.size();
        tellAll();
        Snapshot base = snapshots.lastEntry().getValue();
        base.chunks.forEach(chunk -> tell(new Event.SnapshotReloaded(chunk)));
        List<TxnEntry> tail = replay(load(base), base.zxid, zxid);
        tell(new Event.Truncated(zxid, base.zxid, tail));
    }

    /// The end of a turn of the loop: what it asked for goes to the log's thread.
    void handOff() {
        placeSync();
        if (gathered.isEmpty()) {
            return;
        }
        queue.addAll(gathered);
        gathered.clear();
        if (!busy) {
            busy = true;
            later(20_000, this::nextBatch);
        }
    }

    private void nextBatch() {
        if (queue.isEmpty()) {
            busy = false;
            return;
        }
        ArrayDeque<Object> batch = new ArrayDeque<>(queue);
        queue.clear();
        carryOut(batch, false);
    }

    /// One batch, as the log's thread does it: a sync is put off to the end of the batch or to the next task.
    private void carryOut(ArrayDeque<Object> batch, boolean syncDue) {
        boolean due = syncDue;
        while (true) {
            Object request = batch.peek();
            if (request == null && !due) {
                nextBatch();
                return;
            }
            if (!trouble().isEmpty()) {
                tell(new Event.StorageFailed("log: " + trouble()));
                return;
            }
            if (request == null || (request instanceof Runnable && due)) {
                later(syncTime(), () -> {
                    syncNow();
                    tell(new Event.LogSynced(lastAppended));
                    carryOut(batch, false);
                });
                return;
            }
            batch.poll();
            switch (request) {
                case TxnEntry entry -> {
                    log.add(entry);
                    lastAppended = entry.zxid();
                }
                case Runnable task -> {
                    later(2 * syncTime(), () -> {
                        task.run();
                        carryOut(batch, false);
                    });
                    return;
                }
                default -> due = true;
            }
        }
    }

    private void syncNow() {
        if (synced == log.size()) {
            return;
        }
        int from = synced;
        synced = log.size();
        if (snapshots.lastKey() >= log.get(from).zxid()) {
            tellAll();
            return;
        }
        for (TxnEntry entry : log.subList(from, synced)) {
            watcher.logged(server, entry.zxid());
        }
    }

    private void tellAll() {
        long snapshot = snapshots.lastKey();
        List<Long> logged = new ArrayList<>();
        for (TxnEntry entry : log.subList(0, synced)) {
            if (entry.zxid() > snapshot) {
                logged.add(entry.zxid());
            }
        }
        watcher.holds(server, snapshot, logged);
    }

    private long syncTime() {
        long usual = syncNanos / 2 + random.nextLong(syncNanos);
        return random.nextInt(50) == 0 ? usual * 20 : usual;
    }

    // --- the snapshots' thread

    void beginSnapshot(long snapshot, long zxid, boolean rollLog) {
        if (rollLog) {
            perform(this::syncNow);
        }
        enqueue(() -> {
            writing = snapshot;
            unfinished = new Snapshot(zxid, new ArrayList<>());
        });
    }

    void chunk(long snapshot, SnapshotChunk chunk) {
        if (chunk instanceof SnapshotChunk.End) {
            perform(() -> enqueue(() -> end(snapshot, chunk)));
            return;
        }
        enqueue(() -> {
            if (writing == snapshot) {
                unfinished.chunks.add(chunk);
                tell(new Event.SnapshotChunkTaken(snapshot));
            }
        });
    }

    private void end(long snapshot, SnapshotChunk chunk) {
        if (writing == snapshot) {
            writing = 0;
            unfinished.chunks.add(chunk);
            snapshots.put(unfinished.zxid, unfinished);
            tellAll();
            tell(new Event.SnapshotDone(snapshot, true));
            purge();
        }
    }

    void abortSnapshot(long snapshot) {
        enqueue(() -> {
            if (writing == snapshot) {
                writing = 0;
            }
        });
    }

    private void enqueue(Runnable task) {
        snapshotQueue.add(task);
        if (!snapshotBusy) {
            snapshotBusy = true;
            later(syncTime(), this::nextOfSnapshot);
        }
    }

    private void nextOfSnapshot() {
        Runnable task = snapshotQueue.poll();
        if (task == null) {
            snapshotBusy = false;
            return;
        }
        if (!trouble().isEmpty()) {
            tell(new Event.StorageFailed("snapshot: " + trouble()));
            return;
        }
        task.run();
        later(syncTime(), this::nextOfSnapshot);
    }

    private void purge() {
        while (snapshots.size() > RETAINED_SNAPSHOTS) {
            snapshots.pollFirstEntry();
        }
        long oldest = snapshots.firstKey();
        int obsolete = 0;
        while (obsolete < synced && log.get(obsolete).zxid() <= oldest) {
            obsolete++;
        }
        log.subList(0, obsolete).clear();
        synced -= obsolete;
    }

    // --- both

    private void later(long nanos, Runnable action) {
        int then = life;
        scheduler.after(nanos, () -> {
            if (life == then) {
                action.run();
            }
        });
    }

    /// The loop takes it in another turn.
    private void tell(Event event) {
        Consumer<Event> to = events;
        later(5_000, () -> to.accept(event));
    }
}
