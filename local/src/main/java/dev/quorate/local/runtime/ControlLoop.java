package dev.quorate.local.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread of the controllers. After each change of the store every controller looks at everything again and
/// does what is missing; nothing is inferred from which change it was. A few dozen objects make that cheap.
final class ControlLoop implements AutoCloseable {
    /// One controller; called on the loop's thread only.
    interface Controller {
        void reconcile();
    }

    private static final Logger log = LoggerFactory.getLogger(ControlLoop.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("control-loop").daemon().factory());
    private final AtomicBoolean awake = new AtomicBoolean();
    private volatile List<Controller> controllers = List.of();

    void start(List<Controller> all) {
        controllers = List.copyOf(all);
        wake();
    }

    /// Asks for a pass; any thread, returns at once. Calls between two passes make one.
    void wake() {
        if (awake.compareAndSet(false, true)) {
            submit(this::pass, Duration.ZERO);
        }
    }

    /// Asks for a pass after the delay.
    void wakeAfter(Duration delay) {
        submit(this::wake, delay);
    }

    private void submit(Runnable task, Duration delay) {
        if (!thread.isShutdown()) {
            var unused = thread.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void pass() {
        awake.set(false);
        for (Controller controller : controllers) {
            try {
                controller.reconcile();
            } catch (RuntimeException e) {
                log.warn("{} failed, trying again: {}", controller.getClass().getSimpleName(), e.toString(), e);
                wakeAfter(RETRY);
            }
        }
    }

    /// No controller runs after this returns.
    @Override
    public void close() {
        controllers = List.of();
        thread.shutdownNow();
        try {
            thread.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
