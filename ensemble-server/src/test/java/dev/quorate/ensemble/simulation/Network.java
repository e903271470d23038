package dev.quorate.ensemble.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Who reaches whom, and how fast. Within one connection nothing is lost or overtaken, as in TCP; what cannot get
/// through waits until it can or until the connection is broken. Servers have positive numbers, clients negative ones.
final class Network {
    /// One direction of a connection.
    final class Stream {
        final int from;
        final int to;
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        private long lastArrival;
        private boolean stalled;
        private boolean dead;

        private Stream(int from, int to) {
            this.from = from;
            this.to = to;
        }

        /// `delivery` runs at the other end, behind everything sent before; never after the stream was killed.
        void send(Runnable delivery) {
            if (dead) {
                return;
            }
            lastArrival = Math.max(lastArrival, scheduler.now() + delay());
            scheduler.at(lastArrival, () -> arrive(delivery));
        }

        private void arrive(Runnable delivery) {
            if (dead) {
                return;
            }
            if (stalled || !waiting.isEmpty() || isCut(from, to)) {
                waiting.add(delivery);
            } else {
                delivery.run();
            }
        }

        /// Holds everything back for a while.
        void stall(long nanos) {
            stalled = true;
            scheduler.after(nanos, () -> {
                stalled = false;
                release();
            });
        }

        private void release() {
            while (!dead && !stalled && !waiting.isEmpty() && !isCut(from, to)) {
                waiting.poll().run();
            }
        }

        void kill() {
            dead = true;
            waiting.clear();
        }

        boolean isDead() {
            return dead;
        }
    }

    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final List<Stream> streams = new ArrayList<>();
    private final Set<Long> cuts = new HashSet<>();
    /// Most messages take about this long.
    private long usualDelay = 500_000;

    Network(Scheduler scheduler, RandomGenerator random) {
        this.scheduler = scheduler;
        this.random = random;
    }

    Stream stream(int from, int to) {
        if (streams.size() > 64) {
            streams.removeIf(Stream::isDead);
        }
        Stream stream = new Stream(from, to);
        streams.add(stream);
        return stream;
    }

    /// All streams there are, of servers only where `peers`.
    List<Stream> alive(boolean peers) {
        List<Stream> alive = new ArrayList<>();
        for (Stream stream : streams) {
            if (!stream.dead && (!peers || (stream.from > 0 && stream.to > 0))) {
                alive.add(stream);
            }
        }
        return alive;
    }

    long delay() {
        int kind = random.nextInt(100);
        long base = usualDelay / 2 + random.nextLong(usualDelay);
        return kind == 0 ? base * 40 : kind < 5 ? base * 8 : base;
    }

    void usualDelay(long nanos) {
        usualDelay = nanos;
    }

    private static long pair(int from, int to) {
        return (long) from << 32 | to & 0xffff_ffffL;
    }

    boolean isCut(int from, int to) {
        return !cuts.isEmpty() && cuts.contains(pair(from, to));
    }

    /// Nothing gets from one to the other any more.
    void cut(int from, int to) {
        cuts.add(pair(from, to));
    }

    void heal() {
        cuts.clear();
        for (Stream stream : new ArrayList<>(streams)) {
            stream.release();
        }
    }
}
