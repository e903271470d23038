package dev.quorate.ensemble.quorum;

import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Configurations with majorities, and with groups and weights, of servers with ids from 0.
public final class RandomConfigs {
    private RandomConfigs() {}

    /// At least one of at most `most` servers votes, and at least one vote weighs something.
    public static EnsembleConfig config(RandomGenerator random, int most) {
        TreeMap<Long, Member> members = new TreeMap<>();
        for (long id = 0; id < most; id++) {
            if (random.nextInt(3) > 0) {
                members.put(id, member(id, random.nextInt(4) > 0 ? Member.Role.PARTICIPANT : Member.Role.OBSERVER));
            }
        }
        members.put(1L, member(1, Member.Role.PARTICIPANT));
        EnsembleConfig majority = new EnsembleConfig(members, random.nextLong() >>> 1);
        return random.nextBoolean() ? majority : grouped(majority, random);
    }

    /// The same members with groups and weights.
    public static EnsembleConfig grouped(EnsembleConfig config, RandomGenerator random) {
        TreeMap<Long, Long> groups = new TreeMap<>();
        TreeMap<Long, Long> weights = new TreeMap<>();
        int count = 1 + random.nextInt(4);
        for (long voter : config.voters()) {
            groups.put(voter, 1L + random.nextInt(count));
            weights.put(voter, (long) random.nextInt(4));
        }
        weights.put(config.voters().first(), 1L);
        return new EnsembleConfig(config.members(), new QuorumRule.Hierarchy(groups, weights), config.version());
    }

    public static Member member(long id, Member.Role role) {
        return new Member(id, List.of(new Member.PeerAddress("h" + id, 1, 2)), role, null);
    }
}
