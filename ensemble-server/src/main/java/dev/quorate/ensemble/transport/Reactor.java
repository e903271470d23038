package dev.quorate.ensemble.transport;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    private final ConcurrentLinkedDeque<Runnable> inbox = new ConcurrentLinkedDeque<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private final Consumer<SelectionKey> dispatch = this::dispatch;
    private @Nullable Runnable turnBegins;

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

    /// Waits at most `timeoutMillis` for something to do (0: does not wait) and handles what is ready. `begin` runs
    /// once, after the wait and before anything is handled: that is where the clock is read.
    public void await(long timeoutMillis, Runnable begin) throws IOException {
        turnBegins = begin;
        if (timeoutMillis <= 0 || !inbox.isEmpty()) {
            selector.selectNow(dispatch);
        } else {
            selector.select(dispatch, timeoutMillis);
        }
        begin();
    }

    private void begin() {
        Runnable begin = turnBegins;
        if (begin != null) {
            turnBegins = null;
            awake.set(true); // posts of this turn need no system call
            begin.run();
        }
    }

    /// Runs what was posted until now.
    public void runPosted() {
        // What a task posts itself waits for the next turn, so that a turn ends.
        Runnable last = inbox.peekLast();
        Runnable task;
        while (last != null && (task = inbox.poll()) != null) {
            task.run();
            if (task == last) {
                return;
            }
        }
    }

    /// Called last in a turn: from here on a post must wake the selector.
    public void goIdle() {
        awake.set(false);
    }

    private void dispatch(SelectionKey key) {
        begin();
        ((Ready) key.attachment()).ready(key);
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }
}
