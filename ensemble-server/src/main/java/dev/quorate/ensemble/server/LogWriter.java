package dev.quorate.ensemble.server;

import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.storage.TxnLog;
import dev.quorate.ensemble.txn.TxnEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the log on a thread of its own, in the order of the loop's requests. What gathers while an fsync is under
/// way is written and synced together by the next one: that is the whole of group commit.
///
/// The loop calls `append` to `perform` and, once in a turn, [#handOff]; all results go back as events.
final class LogWriter {
    /// Something else that has its place in the order: epoch files, truncation, configuration files.
    interface Task {
        void run() throws IOException;
    }

    /// Marks the place of a sync in the queue.
    private enum Mark {
        SYNC
    }

    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

    private final TxnLog log;
    private final Consumer<Event> events;
    private final long warnNanos;
    private final Thread thread;

    /// Of the loop's thread: what this turn has asked for.
    private ArrayList<Object> gathered = new ArrayList<>();
    private boolean syncAsked;

    /// Of the log thread.
    private long lastAppended;
    private volatile int slowSyncs;

    private final Object lock = new Object();
    private ArrayList<Object> queue = new ArrayList<>();
    private boolean waiting;
    private boolean closing;

    /// `lastZxid` is where the log ends now. `events` hands an event to the loop; it may be called by any thread.
    LogWriter(TxnLog log, long lastZxid, Consumer<Event> events, int warnMillis) {
        this.lastAppended = lastZxid;
        this.log = log;
        this.events = events;
        this.warnNanos = warnMillis * 1_000_000L;
        this.thread = Thread.ofPlatform().name("log").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void append(TxnEntry entry) {
        gathered.add(entry);
    }

    void sync() {
        syncAsked = true;
    }

    void perform(Task task) {
        placeSync();
        gathered.add(task);
    }

    /// A sync asked for before a task must not wait behind it, and one asked for after covers what comes until then.
    private void placeSync() {
        if (syncAsked) {
            syncAsked = false;
            gathered.add(Mark.SYNC);
        }
    }

    /// Gives the turn's requests to the log thread.
    void handOff() {
        placeSync();
        if (gathered.isEmpty()) {
            return;
        }
        synchronized (lock) {
            if (queue.isEmpty()) {
                ArrayList<Object> empty = queue;
                queue = gathered;
                gathered = empty;
            } else {
                queue.addAll(gathered);
            }
            if (waiting) {
                waiting = false;
                lock.notify();
            }
        }
        gathered.clear();
    }

    /// Finishes what was handed over, then closes the log. Called by the loop's thread at its end.
    void close() throws InterruptedException {
        handOff();
        synchronized (lock) {
            closing = true;
            lock.notify();
        }
        thread.join();
    }

    private void run() {
        ArrayList<Object> batch = new ArrayList<>();
        try {
            while (true) {
                batch.clear();
                batch = take(batch);
                if (batch.isEmpty()) {
                    break;
                }
                carryOut(batch);
            }
            log.close();
        } catch (IOException e) {
            // The reason is what the process ends with; said once.
            events.accept(new Event.StorageFailed("log in " + log.directory() + ": " + Server.describe(e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Empty when the writer closes.
    private ArrayList<Object> take(ArrayList<Object> empty) throws InterruptedException {
        synchronized (lock) {
            while (queue.isEmpty() && !closing) {
                waiting = true;
                lock.wait();
            }
            ArrayList<Object> batch = queue;
            queue = empty;
            return batch;
        }
    }

    private void carryOut(ArrayList<Object> batch) throws IOException {
        boolean sync = false;
        for (Object request : batch) {
            switch (request) {
                case TxnEntry entry -> {
                    log.append(entry);
                    lastAppended = entry.zxid();
                }
                case Task task -> {
                    if (sync) {
                        syncNow();
                        sync = false;
                    }
                    task.run();
                }
                default -> sync = true;
            }
        }
        if (sync) {
            syncNow();
        }
    }

    /// How many fsyncs took longer than the limit. Any thread.
    int slowSyncs() {
        return slowSyncs;
    }

    private void syncNow() throws IOException {
        long start = System.nanoTime();
        log.sync();
        long took = System.nanoTime() - start;
        if (took > warnNanos) {
            slowSyncs++;
            LOG.warn("fsync of the log took {} ms; every write waits for it", took / 1_000_000);
        }
        events.accept(new Event.LogSynced(lastAppended));
    }

    /// The log ends here now; for tasks that cut it.
    void endsAt(long zxid) {
        lastAppended = zxid;
    }
}
