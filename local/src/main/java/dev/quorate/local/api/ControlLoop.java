package dev.quorate.local.api;

import dev.quorate.local.store.ObjectStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread of the controllers. After each change of the store, and once a second, every controller looks at
/// everything again and does what is missing; nothing is inferred from which change it was. A few dozen objects make
/// that cheap.
public final class ControlLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlLoop.class);

    private final List<Runnable> controllers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean asked = new AtomicBoolean();
    // Whoever asks for a pass after the end gets none.
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, new ThreadPoolExecutor.DiscardPolicy());

    ControlLoop(ObjectStore store) {
        store.listen(store.revision(), change -> wake());
        thread.scheduleWithFixedDelay(this::pass, 0, 1, TimeUnit.SECONDS);
    }

    /// @param more are called in this order, after those that are there, on the loop's thread only
    public void add(Runnable... more) {
        controllers.addAll(List.of(more));
        wake();
    }

    /// Asks for a pass; any thread, returns at once. Calls between two passes make one.
    public void wake() {
        if (asked.compareAndSet(false, true)) {
            thread.execute(this::pass);
        }
    }

    private void pass() {
        asked.set(false);
        for (Runnable controller : controllers) {
            try {
                controller.run();
            } catch (RuntimeException e) {
                log.warn("{} failed, trying again", controller.getClass().getSimpleName(), e);
            }
        }
    }

    /// No controller runs after this returns.
    @Override
    public void close() {
        thread.close();
    }
}
