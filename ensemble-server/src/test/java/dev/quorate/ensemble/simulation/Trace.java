package dev.quorate.ensemble.simulation;

import java.util.ArrayDeque;
import java.util.Deque;

/// The last lines of what has happened, for people: milliseconds, who (servers by number, clients with a minus), what.
final class Trace {
    static final Trace NONE = new Trace(0);

    private final int linesMax;
    private final Deque<String> lines = new ArrayDeque<>();

    Trace(int linesMax) {
        this.linesMax = linesMax;
    }

    boolean wanted() {
        return linesMax > 0;
    }

    void line(long nanos, int who, String what) {
        if (lines.size() == linesMax) {
            lines.removeFirst();
        }
        String name = who > 0 ? "server " + who : who < 0 ? "client " + -who : "world";
        lines.addLast("%12.3f  %-9s  %s".formatted(nanos / 1e6, name, what));
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
