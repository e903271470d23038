package dev.quorate.ensemble.transport.peer;

import dev.quorate.ensemble.quorum.Member.HostPort;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A dial to whichever address of a peer answers first. A dead one among several, which may say nothing at all until a
/// time limit, costs nothing then. Names are resolved anew each time: a pod comes back under another address.
final class Race {
    /// One try, which has a time limit of its own. `host` is the name that the peer is known by.
    interface Attempt<T extends Closeable> {
        T connect(InetSocketAddress address, String host) throws IOException;
    }

    private record Lane(InetSocketAddress address, String host) {}

    private record Outcome<T>(
            Lane lane, @Nullable T connection, @Nullable Exception failure) {}

    private Race() {}

    /// The first connection; those that come too late are closed. Fails when the last attempt has failed, with what
    /// each says; it is the one failure where there is one attempt only.
    static <T extends Closeable> T first(List<HostPort> targets, Attempt<T> attempt) throws IOException {
        List<Lane> lanes = lanes(targets);
        if (lanes.size() == 1) {
            return attempt.connect(lanes.getFirst().address, lanes.getFirst().host);
        }
        BlockingQueue<Outcome<T>> outcomes = new ArrayBlockingQueue<>(lanes.size());
        AtomicBoolean won = new AtomicBoolean();
        for (Lane lane : lanes) {
            Thread.ofVirtual().name("dial-" + lane.address).start(() -> outcomes.add(run(lane, attempt, won)));
        }
        StringJoiner failures = new StringJoiner("; ");
        IOException last = new IOException("no address");
        for (int i = 0; i < lanes.size(); i++) {
            Outcome<T> outcome = take(outcomes);
            if (outcome.connection != null) {
                return outcome.connection;
            }
            Exception failure = outcome.failure;
            if (failure != null) {
                failures.add(outcome.lane.address + ": " + failure.getMessage());
                last = failure instanceof IOException io ? io : new IOException(failure);
            }
        }
        throw new IOException(failures.toString(), last);
    }

    private static <T extends Closeable> Outcome<T> run(Lane lane, Attempt<T> attempt, AtomicBoolean won) {
        try {
            T connection = attempt.connect(lane.address, lane.host);
            if (won.compareAndSet(false, true)) {
                return new Outcome<>(lane, connection, null);
            }
            connection.close();
            return new Outcome<>(lane, null, null);
        } catch (IOException | RuntimeException e) {
            return new Outcome<>(lane, null, e);
        }
    }

    private static <T> Outcome<T> take(BlockingQueue<Outcome<T>> outcomes) throws IOException {
        try {
            return outcomes.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// Every address that every name has now.
    private static List<Lane> lanes(List<HostPort> targets) throws IOException {
        List<Lane> lanes = new ArrayList<>();
        IOException unknown = new IOException("no address");
        for (HostPort target : targets) {
            try {
                for (InetAddress address : InetAddress.getAllByName(target.host())) {
                    Lane lane = new Lane(new InetSocketAddress(address, target.port()), target.host());
                    if (!lanes.contains(lane)) {
                        lanes.add(lane);
                    }
                }
            } catch (IOException e) {
                unknown = new IOException(target.host() + ": the name does not resolve", e);
            }
        }
        if (lanes.isEmpty()) {
            throw unknown;
        }
        return lanes;
    }
}
