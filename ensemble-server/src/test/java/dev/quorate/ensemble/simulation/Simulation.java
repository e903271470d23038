package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.core.MemberView;
import dev.quorate.ensemble.model.Zxid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// One history: an ensemble with its clients, faults for a while, then peace in which everything must come right again.
final class Simulation {
    private static final long PROGRESS_NANOS = 60_000_000_000L;

    /// How a history ended. `hash` tells whether two histories were the same.
    record Outcome(long seed, Scenario scenario, long events, long hash, int committed, Reached reached) {}

    final Scheduler scheduler = new Scheduler();
    final RandomGenerator random;
    final Network network;
    final SimulatedCodec codec = new SimulatedCodec();
    final PeerLinks peers;
    final ClientLinks clientLinks;
    final Reached reached = new Reached();
    final Laws laws;
    private final long seed;
    private final Scenario scenario;
    private final Trace trace;
    private final List<SimulatedServer> servers = new ArrayList<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final Faults faults;
    private final List<Long> abandoned = new ArrayList<>();
    private boolean faulty = true;
    private long hash = 17;

    /// One history without a trace; a [Violation] says which law was broken.
    static Outcome run(long seed) {
        return new Simulation(seed, Trace.NONE).run();
    }

    Simulation(long seed, Trace trace) {
        this.seed = seed;
        this.trace = trace;
        random = new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L + 1);
        scenario = Scenario.of(random);
        network = new Network(scheduler, random);
        network.usualDelay(scenario.usualDelayNanos());
        peers = new PeerLinks(this);
        clientLinks = new ClientLinks(this);
        laws = new Laws(this, scenario.ensemble());
        for (int id = 1; id <= scenario.servers(); id++) {
            SimulatedServer server = new SimulatedServer(this, id, scenario);
            if (!scenario.isSpare(id)) {
                server.disk.bootstrap();
            }
            server.disk.syncNanos(scenario.diskNanos() * (1 + random.nextInt(3)));
            servers.add(server);
        }
        for (int id = 1; id <= scenario.clients(); id++) {
            clients.add(new SimulatedClient(this, id, scenario));
        }
        faults = new Faults(this, scenario, random);
    }

    Outcome run() {
        for (SimulatedServer server : servers) {
            scheduler.after(random.nextLong(300_000_000L), server::start);
        }
        clients.forEach(SimulatedClient::start);
        faults.begin();
        while (scheduler.step(scenario.faultyNanos())) {
            continue;
        }
        faults.end();
        faulty = false;
        trace(0, () -> "no more faults");
        demandProgress();
        return new Outcome(seed, scenario, scheduler.events(), hash, laws.chain.committedCount(), reached);
    }

    /// Everybody serves, every client gets a write through, and all trees are the same.
    private void demandProgress() {
        int[] before = clients.stream().mapToInt(client -> client.acknowledged).toArray();
        long end = scheduler.now() + PROGRESS_NANOS;
        long look = 0;
        while (scheduler.step(end)) {
            if (scheduler.now() < look) {
                continue;
            }
            look = scheduler.now() + 50_000_000L;
            if (allServe() && allWrote(before) && abandonedAreOver()) {
                servers.forEach(laws.tree::compare);
                return;
            }
        }
        StringBuilder state = new StringBuilder();
        for (SimulatedServer server : servers) {
            state.append(" server ").append(server.id).append(' ');
            if (server.isUp()) {
                state.append(server.view().role())
                        .append(' ')
                        .append(Zxid.hex(server.view().lastLogged()));
            } else {
                state.append("down");
            }
        }
        throw new Violation(
                "Progress",
                "60 s after the last fault:" + state + (allWrote(before) ? "" : "; a client got no write through")
                        + (abandonedAreOver() ? "" : "; the session of a client that is gone lives on"));
    }

    /// Sessions whose clients are gone have expired, and their ephemerals with them.
    private boolean abandonedAreOver() {
        return abandoned.stream().noneMatch(laws.model::hasSession);
    }

    private boolean allServe() {
        for (SimulatedServer server : servers) {
            if (!server.isUp() || !server.view().serving()) {
                return false;
            }
        }
        return true;
    }

    private boolean allWrote(int[] before) {
        for (int i = 0; i < before.length; i++) {
            if (clients.get(i).acknowledged <= before[i]) {
                return false;
            }
        }
        return true;
    }

    // --- for those who take part

    SimulatedServer server(int id) {
        return servers.get(id - 1);
    }

    int serverCount() {
        return servers.size();
    }

    boolean faulty() {
        return faulty;
    }

    long thinkNanos() {
        return scenario.thinkNanos();
    }

    boolean isVoter(int server) {
        return scenario.reconfigures()
                ? server(server).view().membership().committed().isVoter(server)
                : server <= scenario.voters();
    }

    Scenario scenario() {
        return scenario;
    }

    boolean isDurable(long zxid) {
        if (scenario.reconfigures()) {
            return laws.configurations.isDurable(zxid);
        }
        Set<Integer> holders = new HashSet<>();
        for (int id = 1; id <= scenario.voters(); id++) {
            if (server(id).disk.durablyHolds(zxid, laws.chain)) {
                holders.add(id);
            }
        }
        return scenario.standalone() ? !holders.isEmpty() : isQuorum(holders);
    }

    boolean isQuorum(Set<Integer> holders) {
        return scenario.isQuorum(holders);
    }

    /// A member has stopped by itself or was asked to. Somebody will start it again.
    void stopped(SimulatedServer server, String reason) {
        reached.count(reason.isEmpty() ? "server stopped in order" : "server stopped by a failure");
        scheduler.after(200_000_000L + random.nextLong(2_000_000_000L), () -> restart(server));
    }

    /// The process of a client dies.
    void vanishes(int client) {
        abandoned.add(clients.get(client).vanish());
    }

    void happened(SimulatedServer server, Event event) {
        faults.happened(server, event);
    }

    void restart(SimulatedServer server) {
        if (!server.isUp()) {
            server.start();
            peers.serverUp(server);
        }
    }

    // --- what has happened

    void hash(int server, Event event) {
        hash = (hash ^ scheduler.now()) * 0x100_0000_01B3L;
        hash = (hash ^ server) * 0x100_0000_01B3L + event.getClass().getName().hashCode();
    }

    void trace(int who, Event event) {
        if (trace.wanted() && !(event instanceof Event.Tick)) {
            trace.line(scheduler.now(), who, Words.of(event));
        }
    }

    void trace(int who, Supplier<String> what) {
        if (trace.wanted()) {
            trace.line(scheduler.now(), who, what.get());
        }
    }

    /// What stands where, for the end of a trace.
    String describe() {
        StringBuilder text = new StringBuilder(scenario + "\n");
        for (SimulatedServer server : servers) {
            if (server.isUp()) {
                MemberView view = server.view();
                text.append("server %d: %s, epoch %d, logged to %s, tree at %s%n"
                        .formatted(
                                server.id,
                                view.role(),
                                view.currentEpoch(),
                                Zxid.hex(view.lastLogged()),
                                Zxid.hex(view.tree().lastZxid())));
                text.append("          participants %s in %s, last seen %s in %s%n"
                        .formatted(
                                view.membership().committed().voters(),
                                Zxid.hex(view.membership().committed().version()),
                                view.membership().lastSeen().voters(),
                                Zxid.hex(view.membership().lastSeen().version())));
            } else {
                text.append("server %d: down%n".formatted(server.id));
            }
        }
        return text.toString();
    }
}
