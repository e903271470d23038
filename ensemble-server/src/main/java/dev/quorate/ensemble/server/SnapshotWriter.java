package dev.quorate.ensemble.server;

import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.storage.Purge;
import dev.quorate.ensemble.storage.SnapshotFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes snapshot files on a thread of its own, one at a time, so that no write of a client waits for a snapshot's
/// fsync. Purges what is old after each.
final class SnapshotWriter {
    private interface Task {
        void run() throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotWriter.class);

    private final Path snapshots;
    private final Path logs;
    private final int retained;
    private final Consumer<Event> events;
    private final BlockingQueue<Task> queue = new LinkedBlockingQueue<>();
    private final Thread thread = Thread.ofPlatform().name("snapshot").daemon().unstarted(this::run);

    /// Of the snapshot thread.
    private long current;
    private @Nullable SnapshotFile file;
    private boolean closed;

    /// `retained` 0 never purges.
    SnapshotWriter(Path snapshots, Path logs, int retained, Consumer<Event> events) {
        this.snapshots = snapshots;
        this.logs = logs;
        this.retained = retained;
        this.events = events;
    }

    void start() {
        thread.start();
    }

    /// Every file is synced before it gets its name, so `sync` asks for nothing more.
    void begin(long snapshot, long zxid, boolean sync) {
        queue.add(() -> {
            drop();
            file = new SnapshotFile(snapshots, zxid);
            current = snapshot;
        });
    }

    void chunk(long snapshot, SnapshotChunk chunk) {
        queue.add(() -> {
            SnapshotFile target = file;
            if (target == null || current != snapshot) {
                return;
            }
            target.write(chunk);
            if (chunk instanceof SnapshotChunk.End) {
                file = null;
                Path written = target.finish();
                LOG.info("snapshot {} written", written.getFileName());
                events.accept(new Event.SnapshotDone(snapshot, true));
                purge();
            } else {
                events.accept(new Event.SnapshotChunkTaken(snapshot));
            }
        });
    }

    void abort(long snapshot) {
        queue.add(() -> {
            if (current == snapshot) {
                drop();
            }
        });
    }

    /// Gives up what is under way. A snapshot is never needed for correctness, the log is still there.
    void close() throws InterruptedException {
        queue.add(() -> {
            drop();
            closed = true;
        });
        thread.join();
    }

    private void drop() throws IOException {
        if (file != null) {
            file.abort();
            file = null;
        }
    }

    private void purge() throws IOException {
        if (retained > 0) {
            List<Path> removed = Purge.run(snapshots, logs, retained);
            if (!removed.isEmpty()) {
                LOG.info("purged {}", removed.stream().map(Path::getFileName).toList());
            }
        }
    }

    private void run() {
        try {
            while (!closed) {
                queue.take().run();
            }
        } catch (IOException e) {
            // The reason is what the process ends with; said once.
            events.accept(new Event.StorageFailed("snapshot in " + snapshots + ": " + Server.describe(e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
