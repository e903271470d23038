package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.MemberConfig;
import dev.quorate.ensemble.core.SessionModes;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.quorum.QuorumRule;
import dev.quorate.ensemble.request.RequestConfig;
import dev.quorate.ensemble.simulation.oracle.Configuration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// What a seed decides before anything happens: who takes part, and how rough it gets. `servers` are the voters, then
/// the observers, then spares that nobody but themselves lists; a standalone server is alone. Times in nanoseconds.
record Scenario(
        int voters,
        int observers,
        boolean grouped,
        int clients,
        long faultyNanos,
        int meanFaultMillis,
        long usualDelayNanos,
        long thinkNanos,
        int snapCount,
        int commitLogCount,
        int electionGraceMillis,
        int delicacy,
        int sessionMillis,
        long diskNanos,
        boolean observerMaster,
        SessionModes sessions,
        boolean reconfigures,
        int spares) {
    private static final int OBSERVER_MASTER_PORT = 2889;
    private static final int TICK_MILLIS = 200;
    private static final int INIT_LIMIT = 10;
    private static final int SYNC_LIMIT = 5;

    static Scenario of(RandomGenerator random) {
        int kind = random.nextInt(20);
        int voters = kind == 0 ? 1 : kind < 14 ? 3 : 5;
        int observers = voters == 1 ? 0 : Math.max(0, random.nextInt(4) - 1) / (voters == 5 ? 2 : 1);
        Scenario scenario = new Scenario(
                voters,
                observers,
                voters > 1 && random.nextInt(6) == 0,
                1 + random.nextInt(6),
                4_000_000_000L + random.nextLong(6_000_000_000L),
                200 + random.nextInt(1_200),
                random.nextInt(6) == 0 ? 5_000_000L : 400_000L,
                20_000_000L + random.nextLong(120_000_000L),
                random.nextBoolean() ? 6 + random.nextInt(30) : 100_000,
                random.nextInt(3) == 0 ? 2 + random.nextInt(6) : 500,
                random.nextInt(4) == 0 ? 0 : 300 + random.nextInt(3_000),
                random.nextInt(3) == 0 ? 10 + random.nextInt(30) : 200,
                switch (random.nextInt(3)) {
                    case 0 -> 400 + random.nextInt(400);
                    case 1 -> 800 + random.nextInt(3_000);
                    default -> 3_000 + random.nextInt(1_000);
                },
                random.nextInt(3) == 0 ? 4_000_000L + random.nextLong(30_000_000L) : 600_000L,
                random.nextInt(3) == 0,
                new SessionModes(
                        random.nextInt(4) == 0,
                        random.nextInt(4) > 0,
                        random.nextInt(4) == 0 ? 300 + random.nextInt(500) : 0),
                false,
                0);
        return random.nextInt(3) == 0 ? scenario.reconfiguring(random.nextInt(3)) : scenario;
    }

    private Scenario reconfiguring(int withSpares) {
        return new Scenario(
                voters,
                observers,
                grouped,
                clients,
                faultyNanos,
                meanFaultMillis,
                usualDelayNanos,
                thinkNanos,
                snapCount,
                commitLogCount,
                electionGraceMillis,
                delicacy,
                sessionMillis,
                diskNanos,
                observerMaster,
                sessions,
                true,
                voters == 1 ? 2 + withSpares : withSpares);
    }

    int servers() {
        return voters + observers + spares;
    }

    boolean standalone() {
        return voters == 1 && !reconfigures;
    }

    EnsembleConfig ensemble() {
        TreeMap<Long, Member> members = new TreeMap<>();
        for (long server = 1; server <= voters + observers && !standalone(); server++) {
            members.put(server, line(server, server <= voters));
        }
        EnsembleConfig majority = new EnsembleConfig(members, 0);
        return grouped ? new EnsembleConfig(members, groups(majority), 0) : majority;
    }

    /// Two or three groups of uneven weight, one of which is a server without weight.
    private QuorumRule groups(EnsembleConfig config) {
        TreeMap<Long, Long> groups = new TreeMap<>();
        TreeMap<Long, Long> weights = new TreeMap<>();
        for (long voter : config.voters()) {
            groups.put(voter, group(voter));
            weights.put(voter, weight(voter));
        }
        return new QuorumRule.Hierarchy(groups, weights);
    }

    private long group(long voter) {
        return voters == 3 ? 1 + voter / 3 : 1 + voter % 3;
    }

    private static long weight(long voter) {
        return voter == 2 ? 0 : 1 + voter % 2;
    }

    /// Whether these voters are a quorum, said once more without the server's own rule: more than half of them, or more
    /// than half of the weight in more than half of the groups that have any.
    boolean isQuorum(Set<Integer> servers) {
        if (!grouped) {
            return servers.size() > voters / 2;
        }
        int groups = 0;
        int won = 0;
        for (long group = 1; group <= voters; group++) {
            long all = 0;
            long here = 0;
            for (int voter = 1; voter <= voters; voter++) {
                if (group(voter) == group) {
                    all += weight(voter);
                    here += servers.contains(voter) ? weight(voter) : 0;
                }
            }
            groups += all > 0 ? 1 : 0;
            won += here > all / 2 ? 1 : 0;
        }
        return won > groups / 2;
    }

    private static Member line(long server, boolean votes) {
        return new Member(
                server,
                List.of(new Member.PeerAddress("server-" + server, 2888, 3888)),
                votes ? Member.Role.PARTICIPANT : Member.Role.OBSERVER,
                null);
    }

    /// The same once more for the second oracle, which asks [#isQuorum].
    Configuration configuration() {
        return new Configuration(0, oracleLines(), this::isQuorum);
    }

    Configuration configurationOfSpare(int id) {
        SortedMap<Integer, String> lines = oracleLines();
        lines.put(id, oracleLine(id, id % 2 == 0));
        return Configuration.of(0, lines);
    }

    private SortedMap<Integer, String> oracleLines() {
        SortedMap<Integer, String> lines = new TreeMap<>();
        for (int server = 1; server <= voters + observers; server++) {
            lines.put(server, oracleLine(server, server <= voters));
        }
        return lines;
    }

    private static String oracleLine(int server, boolean votes) {
        return "server-%d:2888:3888:%s".formatted(server, votes ? "participant" : "observer");
    }

    boolean isSpare(int id) {
        return id > voters + observers;
    }

    /// What a server starts with that has never heard of another configuration. A spare lists itself, as a participant
    /// or
    /// as an observer.
    Membership firstMembership(int id) {
        EnsembleConfig ensemble = ensemble();
        if (!isSpare(id)) {
            return Membership.of(ensemble);
        }
        TreeMap<Long, Member> members = new TreeMap<>(ensemble.members());
        members.put((long) id, line(id, id % 2 == 0));
        return Membership.of(new EnsembleConfig(members, 0));
    }

    MemberConfig member(int id, Membership membership) {
        return new MemberConfig(
                id,
                membership,
                new MemberConfig.Reconfigurable(reconfigures, false),
                TICK_MILLIS,
                INIT_LIMIT,
                SYNC_LIMIT,
                2 * TICK_MILLIS,
                20 * TICK_MILLIS,
                snapCount,
                sessionMillis % 2 == 0 ? 0 : 1_000,
                commitLogCount,
                3,
                electionGraceMillis,
                60_000,
                observerMaster ? OBSERVER_MASTER_PORT : 0,
                0,
                sessions,
                new RequestConfig(true, false, reconfigures, "", true));
    }
}
