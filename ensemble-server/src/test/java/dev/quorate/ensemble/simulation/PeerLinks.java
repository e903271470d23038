package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.SnapshotChunk;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Election and quorum ports of all servers: the twin of `ElectionTransport` and `QuorumTransport`.
final class PeerLinks {
    private static final int DIALS = 9;
    private static final long REDIAL_MIN_NANOS = 5_000_000L;
    private static final long REDIAL_MAX_NANOS = 100_000_000L;

    /// A connection between a learner and its leader. Each end has its own number for it.
    private final class Link {
        final SimulatedServer learner;
        final SimulatedServer leader;
        final int learnerLife;
        final int leaderLife;
        final long learnerNumber;
        final long leaderNumber;
        final Network.Stream up;
        final Network.Stream down;
        final ArrayDeque<QuorumPacket> behindSnapshot = new ArrayDeque<>();
        long snapshot;
        boolean closed;

        Link(SimulatedServer learner, SimulatedServer leader, long learnerNumber, long leaderNumber) {
            this.learner = learner;
            this.leader = leader;
            this.learnerNumber = learnerNumber;
            this.leaderNumber = leaderNumber;
            learnerLife = learner.life();
            leaderLife = leader.life();
            up = simulation.network.stream(learner.id, leader.id);
            down = simulation.network.stream(leader.id, learner.id);
        }

        void toLearner(Event event) {
            if (learner.isCurrent(learnerLife)) {
                learner.step(event);
            }
        }

        void toLeader(Event event) {
            if (leader.isCurrent(leaderLife)) {
                leader.step(event);
            }
        }

        void forget() {
            closed = true;
            byLeader.remove(leaderNumber);
            byLearner.remove(key(learner.id, learnerNumber));
        }
    }

    /// Votes from one server to another, over whichever connection there is.
    private final class Votes {
        final int from;
        final int to;
        Network.Stream stream;

        @Nullable
        Notification last;

        Votes(int from, int to) {
            this.from = from;
            this.to = to;
            stream = simulation.network.stream(from, to);
        }

        void send(Notification notification) {
            last = notification;
            stream.send(() -> simulation.server(to).step(new Event.NotificationArrived(from, notification)));
        }

        void reconnect() {
            stream.kill();
            stream = simulation.network.stream(from, to);
            Notification again = last;
            if (again != null && simulation.server(from).isUp()) {
                send(again);
            }
        }
    }

    private final Simulation simulation;
    private final Map<Long, Link> byLeader = new LinkedHashMap<>();
    private final Map<Long, Link> byLearner = new HashMap<>();
    private final Map<Long, Link> bySnapshot = new HashMap<>();
    private final Map<Long, Votes> votes = new LinkedHashMap<>();
    private final Set<Integer> accepting = new HashSet<>();
    private long nextNumber = 1L << 32;

    PeerLinks(Simulation simulation) {
        this.simulation = simulation;
    }

    /// The server at the learner's end of a link, by the leader's number for it.
    static int learnerOf(long leaderNumber) {
        return (int) (leaderNumber & 0xff);
    }

    private static long key(int server, long number) {
        return (long) server << 48 | number;
    }

    // --- election port

    void notify(int from, int to, Notification notification) {
        votes.computeIfAbsent(key(from, to), key -> new Votes(from, to)).send(notification);
    }

    /// A connection of the election port is made anew: the last vote sent through it is sent again, however old it is
    /// (peer-protocol.md §2.3).
    void reconnectVotes(int server) {
        for (Votes one : votes.values()) {
            if (one.from == server || one.to == server) {
                one.reconnect();
            }
        }
    }

    // --- quorum port: connections

    void accept(SimulatedServer server, boolean enabled) {
        if (enabled) {
            accepting.add(server.id);
        } else {
            accepting.remove(server.id);
            for (Link link : new ArrayList<>(byLeader.values())) {
                if (link.leader == server) {
                    closeByLeader(link.leaderNumber);
                }
            }
        }
    }

    void dial(SimulatedServer learner, long number, int leader) {
        for (Link link : new ArrayList<>(byLearner.values())) {
            if (link.learner == learner) {
                closeByLearner(learner, link.learnerNumber);
            }
        }
        dialling.put(learner.id, number);
        attempt(learner, learner.life(), number, leader, 1);
    }

    private final Map<Integer, Long> dialling = new HashMap<>();

    private void attempt(SimulatedServer learner, int life, long number, int leader, int attempt) {
        simulation.scheduler.after(simulation.network.delay(), () -> {
            if (!learner.isCurrent(life) || dialling.getOrDefault(learner.id, -1L) != number) {
                return;
            }
            SimulatedServer target = simulation.server(leader);
            boolean reachable = !simulation.network.isCut(learner.id, leader)
                    && !simulation.network.isCut(leader, learner.id)
                    && target.isUp()
                    && accepting.contains(leader);
            if (reachable) {
                open(learner, number, target);
            } else if (attempt < DIALS) {
                long pause = Math.min(REDIAL_MIN_NANOS << attempt - 1, REDIAL_MAX_NANOS);
                simulation.scheduler.after(pause, () -> attempt(learner, life, number, leader, attempt + 1));
            } else {
                dialling.remove(learner.id);
                learner.step(new Event.LeaderLost(number, "cannot connect"));
            }
        });
    }

    private void open(SimulatedServer learner, long number, SimulatedServer leader) {
        dialling.remove(learner.id);
        Link link = new Link(learner, leader, number, nextNumber++ << 8 | learner.id);
        byLeader.put(link.leaderNumber, link);
        byLearner.put(key(learner.id, number), link);
        link.up.send(() -> link.toLeader(new Event.LearnerAccepted(link.leaderNumber, "server " + learner.id)));
        link.toLearner(new Event.LeaderConnected(number));
    }

    void closeByLearner(SimulatedServer learner, long number) {
        dialling.remove(learner.id, number);
        Link link = byLearner.get(key(learner.id, number));
        if (link != null) {
            close(link, false);
        }
    }

    void closeByLeader(long number) {
        Link link = byLeader.get(number);
        if (link != null) {
            close(link, true);
        }
    }

    /// What was sent before still arrives, then the end of the stream.
    private void close(Link link, boolean byLeaderSide) {
        link.forget();
        bySnapshot.remove(key(link.leader.id, link.snapshot));
        if (byLeaderSide) {
            link.up.kill();
            link.down.send(() -> {
                link.down.kill();
                link.toLearner(new Event.LeaderLost(link.learnerNumber, "end of stream"));
            });
        } else {
            link.down.kill();
            link.up.send(() -> {
                link.up.kill();
                link.toLeader(new Event.LearnerLost(link.leaderNumber, "end of stream"));
            });
        }
    }

    /// The connection breaks under both ends; what was under way is lost.
    private void breakDown(Link link) {
        link.forget();
        Network.Stream up = simulation.network.stream(link.learner.id, link.leader.id);
        Network.Stream down = simulation.network.stream(link.leader.id, link.learner.id);
        link.up.kill();
        link.down.kill();
        long snapshot = link.snapshot;
        bySnapshot.remove(key(link.leader.id, snapshot));
        up.send(() -> {
            up.kill();
            if (snapshot != 0) {
                link.toLeader(new Event.SnapshotDone(snapshot, false));
            }
            link.toLeader(new Event.LearnerLost(link.leaderNumber, "connection reset"));
        });
        down.send(() -> {
            down.kill();
            link.toLearner(new Event.LeaderLost(link.learnerNumber, "connection reset"));
        });
    }

    /// Breaks one connection between servers, chosen by a number.
    void breakOne(int choice) {
        List<Link> all = new ArrayList<>(byLeader.values());
        if (!all.isEmpty()) {
            breakDown(all.get(choice % all.size()));
        }
    }

    @Nullable
    SimulatedServer leaderOf(SimulatedServer learner) {
        for (Link link : byLeader.values()) {
            if (link.learner == learner) {
                return link.leader;
            }
        }
        return null;
    }

    void breakLeaderLink(SimulatedServer learner) {
        for (Link link : List.copyOf(byLeader.values())) {
            if (link.learner == learner) {
                breakDown(link);
            }
        }
    }

    void serverDown(SimulatedServer server, boolean notice) {
        accepting.remove(server.id);
        dialling.remove(server.id);
        for (Link link : new ArrayList<>(byLeader.values())) {
            if (link.learner == server || link.leader == server) {
                if (notice) {
                    close(link, link.leader == server);
                } else {
                    // The other end hears nothing until it gives up, or until this machine is back and refuses.
                    link.up.kill();
                    link.down.kill();
                    silent.add(link);
                }
            }
        }
    }

    private final List<Link> silent = new ArrayList<>();

    void serverUp(SimulatedServer server) {
        for (Link link : List.copyOf(silent)) {
            if (link.learner == server || link.leader == server) {
                silent.remove(link);
                if (!link.closed) {
                    breakDown(link);
                }
            }
        }
        reconnectVotes(server.id);
    }

    // --- quorum port: packets

    void toLeader(SimulatedServer learner, long number, QuorumPacket packet) {
        Link link = byLearner.get(key(learner.id, number));
        if (link != null) {
            simulation.reached.packet(packet);
            link.up.send(() -> link.toLeader(new Event.FromLearner(link.leaderNumber, packet)));
        }
    }

    void toLearner(long number, QuorumPacket packet) {
        Link link = byLeader.get(number);
        if (link == null) {
            return;
        }
        if (link.snapshot != 0) {
            link.behindSnapshot.add(packet);
        } else {
            send(link, packet);
        }
    }

    private void send(Link link, QuorumPacket packet) {
        simulation.reached.packet(packet);
        link.down.send(() -> link.toLearner(new Event.FromLeader(link.learnerNumber, packet)));
    }

    void beginSnapshot(SimulatedServer leader, long snapshot, long number) {
        Link link = byLeader.get(number);
        if (link != null) {
            link.snapshot = snapshot;
            bySnapshot.put(key(leader.id, snapshot), link);
        }
    }

    boolean snapshotChunk(SimulatedServer leader, long snapshot, SnapshotChunk chunk) {
        Link link = bySnapshot.get(key(leader.id, snapshot));
        if (link == null) {
            return false;
        }
        link.down.send(() -> link.toLearner(new Event.SnapshotFromLeader(link.learnerNumber, chunk)));
        boolean end = chunk instanceof SnapshotChunk.End;
        if (end) {
            link.snapshot = 0;
            bySnapshot.remove(key(leader.id, snapshot));
            QuorumPacket packet;
            while ((packet = link.behindSnapshot.poll()) != null) {
                send(link, packet);
            }
        }
        simulation.scheduler.after(
                simulation.network.delay(),
                () -> link.toLeader(
                        end ? new Event.SnapshotDone(snapshot, true) : new Event.SnapshotChunkTaken(snapshot)));
        return true;
    }

    /// Breaking the connection is the only way to say "never mind".
    boolean abortSnapshot(SimulatedServer leader, long snapshot) {
        Link link = bySnapshot.get(key(leader.id, snapshot));
        if (link == null) {
            return false;
        }
        close(link, true);
        return true;
    }
}
