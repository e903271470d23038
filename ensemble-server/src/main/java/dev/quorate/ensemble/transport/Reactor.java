package dev.quorate.ensemble.transport;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// One selector and an inbox for other threads. All but [#post] belongs to the loop's thread.
///
/// A turn takes what is posted and what is ready in one go, so that whoever flushes after it writes once for many
/// requests: batching comes from load, not from waiting.
public final class Reactor implements AutoCloseable {
    /// What is attached to a key: called when the channel is ready.
    public interface Ready {
        void ready(SelectionKey key);
    }

    private final Selector selector;
    private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private final Consumer<SelectionKey> dispatch = Reactor::dispatch;

    public Reactor() throws IOException {
        selector = Selector.open();
    }

    /// Runs `task` on the loop's thread, in the order of posting by each thread. Any thread.
    public void post(Runnable task) {
        inbox.add(task);
        // One wake-up for all that is posted before the loop looks again.
        if (!awake.getAndSet(true)) {
            selector.wakeup();
        }
    }

    public SelectionKey register(SelectableChannel channel, int operations, Ready ready) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, operations, ready);
    }

    /// Waits at most `timeoutMillis` for something to do (0: does not wait).
    public void await(long timeoutMillis) throws IOException {
        if (timeoutMillis <= 0 || !inbox.isEmpty()) {
            awake.set(true);
            selector.selectNow(dispatch);
        } else {
            selector.select(dispatch, timeoutMillis);
            awake.set(true);
        }
    }

    /// Runs what was posted; `awake` stays set while the turn lasts, so that posts in it need no system call.
    public void runPosted() {
        Runnable task;
        while ((task = inbox.poll()) != null) {
            task.run();
        }
    }

    /// Called last in a turn: from here on a post must wake the selector.
    public void goIdle() {
        awake.set(false);
    }

    private static void dispatch(SelectionKey key) {
        ((Ready) key.attachment()).ready(key);
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }
}
