package dev.quorate.ensemble.simulation;

import java.util.PriorityQueue;

/// Simulated time in nanoseconds, and what happens when. What is due at the same time happens in the order it was
/// asked for.
final class Scheduler {
    private record Task(long at, long number, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(256);
    private long now;
    private long number;

    long now() {
        return now;
    }

    /// Events so far.
    long events() {
        return number - tasks.size();
    }

    void after(long nanos, Runnable action) {
        at(now + nanos, action);
    }

    void at(long time, Runnable action) {
        tasks.add(new Task(Math.max(now, time), number++, action));
    }

    /// Runs the next event; false when nothing is due by `end`, at which time it stands then.
    boolean step(long end) {
        Task next = tasks.peek();
        if (next == null || next.at > end) {
            now = Math.max(now, end);
            return false;
        }
        tasks.poll();
        now = next.at;
        next.action.run();
        return true;
    }
}
