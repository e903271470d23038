package dev.quorate.local.api;

import dev.quorate.local.store.ObjectStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread of the controllers. After each change of the store, and once a second, every controller looks at
/// everything again and does what is missing; nothing is inferred from which change it was. A few dozen objects make
/// that cheap.
public final class ControlLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlLoop.class);

    private final List<Runnable> controllers = new CopyOnWriteArrayList<>();
    private final Semaphore work = new Semaphore(0);
    private final Thread thread =
            Thread.ofPlatform().name("control-loop").daemon().unstarted(this::run);
    private volatile boolean closed;

    ControlLoop(ObjectStore store) {
        store.listen(store.revision(), change -> wake());
        thread.start();
    }

    /// @param more are called in this order, after those that are there, on the loop's thread only
    public void add(Runnable... more) {
        controllers.addAll(List.of(more));
        wake();
    }

    /// Asks for a pass; any thread, returns at once. Calls between two passes make one.
    public void wake() {
        work.release();
    }

    private void run() {
        while (!closed) {
            controllers.forEach(ControlLoop::pass);
            try {
                boolean unused = work.tryAcquire(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                return;
            }
            work.drainPermits();
        }
    }

    private static void pass(Runnable controller) {
        try {
            controller.run();
        } catch (RuntimeException e) {
            log.warn("{} failed, trying again", controller.getClass().getSimpleName(), e);
        }
    }

    /// No controller runs after this returns.
    @Override
    public void close() {
        closed = true;
        wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
