package dev.quorate.local.api;

import dev.quorate.local.store.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread of the controllers. After each change of the store every controller looks at everything again and
/// does what is missing; nothing is inferred from which change it was. A few dozen objects make that cheap.
public final class ControlLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlLoop.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("control-loop").daemon().factory());
    private final List<Runnable> controllers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean awake = new AtomicBoolean();

    ControlLoop(ObjectStore store) {
        store.listen(store.revision(), change -> wake());
    }

    /// @param more are called in this order, after those that are there, on the loop's thread only
    public void add(Runnable... more) {
        controllers.addAll(List.of(more));
        wake();
    }

    /// Asks for a pass; any thread, returns at once. Calls between two passes make one.
    public void wake() {
        if (awake.compareAndSet(false, true)) {
            submit(this::pass, Duration.ZERO);
        }
    }

    /// Whether that time has come. If it has not, all controllers look again then.
    public boolean isDue(Instant time) {
        boolean due = !Instant.now().isBefore(time);
        if (!due) {
            submit(this::wake, Duration.between(Instant.now(), time).plusMillis(10));
        }
        return due;
    }

    private void submit(Runnable task, Duration delay) {
        if (!thread.isShutdown()) {
            var unused = thread.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void pass() {
        awake.set(false);
        for (Runnable controller : controllers) {
            try {
                controller.run();
            } catch (RuntimeException e) {
                log.warn("{} failed, trying again", controller.getClass().getSimpleName(), e);
                submit(this::wake, RETRY);
            }
        }
    }

    /// No controller runs after this returns.
    @Override
    public void close() {
        controllers.clear();
        thread.shutdownNow();
        try {
            thread.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
