package dev.quorate.ensemble.faults;

import java.util.concurrent.TimeUnit;

/// One direction of a [Link]. Closed, it keeps what comes until it is open again, as TCP would across a partition.
final class Gate {
    private boolean open = true;
    private long delayMillis;

    synchronized void open(boolean now) {
        open = now;
        notifyAll();
    }

    synchronized void delay(long millis) {
        delayMillis = millis;
    }

    /// Returns when whoever calls may go on.
    void pass() throws InterruptedException {
        long delay;
        synchronized (this) {
            while (!open) {
                wait();
            }
            delay = delayMillis;
        }
        if (delay > 0) {
            TimeUnit.MILLISECONDS.sleep(delay);
        }
    }
}
