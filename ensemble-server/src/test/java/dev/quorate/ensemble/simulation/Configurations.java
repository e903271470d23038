package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.MemberView;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.QuorumRule;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The configurations that have been in force, and whose quorums a transaction needs because of them. A version is one
/// configuration everywhere; no server goes back; none comes into force before a quorum of it and one of the
/// configuration
/// before hold what proposed it.
final class Configurations implements Laws.Law {
    private static final String NAME = "ConfigurationsAreAgreed";

    /// `shared`: transactions up to this one were proposed while the configuration before had a say as well.
    private record InForce(EnsembleConfig config, long shared) {}

    private final Simulation simulation;
    private final TreeMap<Long, InForce> known = new TreeMap<>();
    private final Map<Integer, EnsembleConfig> shown = new HashMap<>();
    private final Map<Integer, Integer> lives = new HashMap<>();

    Configurations(Simulation simulation, EnsembleConfig first) {
        this.simulation = simulation;
        known.put(0L, new InForce(first, 0));
    }

    /// Those whose quorums have to hold a transaction.
    private List<QuorumRule> rules(long zxid) {
        Map.Entry<Long, InForce> of = known.floorEntry(zxid);
        QuorumRule rule = of.getValue().config.rule();
        Map.Entry<Long, InForce> before = known.lowerEntry(of.getKey());
        return before == null || zxid > of.getValue().shared
                ? List.of(rule)
                : List.of(before.getValue().config.rule(), rule);
    }

    boolean isDurable(long zxid) {
        Set<Long> holders = holders(zxid);
        if (rules(zxid).stream().allMatch(rule -> rule.isQuorum(holders))) {
            return true;
        }
        // Once a configuration was agreed on, every later leader has it in its log, and begins no epoch without a
        // quorum
        // of it: then its quorum alone decides about what comes behind it.
        InForce inForce = known.floorEntry(zxid).getValue();
        holders.removeIf(id -> simulation.server(id.intValue()).disk.lastSeenVersion() < inForce.config.version());
        return zxid > inForce.config.version() && zxid <= inForce.shared && inForce.config.isQuorum(holders);
    }

    private Set<Long> holders(long zxid) {
        Set<Long> holders = new HashSet<>();
        for (int id = 1; id <= simulation.serverCount(); id++) {
            if (simulation.server(id).disk.durablyHolds(zxid, simulation.laws.chain)) {
                holders.add((long) id);
            }
        }
        return holders;
    }

    @Override
    public void stepped(SimulatedServer server) {
        MemberView view = server.view();
        EnsembleConfig config = view.membership().committed();
        EnsembleConfig before = shown.put(server.id, config);
        Integer life = lives.put(server.id, server.life());
        boolean alive = life != null && life == server.life();
        if (before == config && alive) {
            return;
        }
        if (before != null && alive && before.version() > config.version()) {
            throw new Violation(
                    NAME,
                    "server " + server.id + " goes back from configuration " + Long.toHexString(before.version())
                            + " to " + Long.toHexString(config.version()));
        }
        if (config.version() == 0) {
            return; // each server's own, before there was a leader
        }
        InForce there = known.get(config.version());
        if (there == null) {
            activated(server, config);
        } else if (!there.config.equals(config)) {
            throw new Violation(
                    NAME,
                    "configuration " + Long.toHexString(config.version()) + " is " + there.config + " and " + config);
        }
    }

    private void activated(SimulatedServer server, EnsembleConfig config) {
        long version = config.version();
        Chain chain = simulation.laws.chain;
        // What the leader proposes because of the activation comes behind it already.
        long last = chain.lastLoggedIn(Zxid.epoch(version));
        known.put(version, new InForce(config, chain.isMark(last) ? last - 1 : last));
        simulation.reached.count(
                Zxid.counter(version) == 0 ? "configuration gets its first version" : "configuration in force");
        if (Zxid.counter(version) != 0
                && chain.wasLogged(version)
                && chain.isAtOrBefore(version, server.view().lastLogged())
                && !isDurable(version)) {
            throw new Violation(
                    NAME,
                    "configuration " + Long.toHexString(version) + " is in force at server " + server.id
                            + " before quorums of both have it");
        }
    }
}
