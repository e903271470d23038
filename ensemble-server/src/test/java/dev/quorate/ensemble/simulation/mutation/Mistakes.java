package dev.quorate.ensemble.simulation.mutation;

import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.quorum.QuorumRule;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// What planted bugs do instead of what they should, where that can be said in Java. Called by changed classes: see
/// [Mutant#redirect].
public final class Mistakes {
    private Mistakes() {}

    public static List<QuorumRule> rulesOfTheNew(Membership membership) {
        return List.of(membership.lastSeen().rule());
    }

    public static List<QuorumRule> rulesOfTheOld(Membership membership) {
        return List.of(membership.committed().rule());
    }

    public static Membership withoutLastSeen(Membership membership) {
        return Membership.of(membership.committed());
    }

    public static EnsembleConfig sameVersion(EnsembleConfig config, long version) {
        return config;
    }

    public static boolean votesOrIsGone(@Nullable Member member) {
        return member == null || member.votes();
    }

    public static long firstOf(SortedSet<Long> servers) {
        return servers.first();
    }

    public static <T> Iterable<T> twice(Iterable<T> all) {
        List<T> twice = new ArrayList<>();
        for (T one : all) {
            twice.add(one);
            twice.add(one);
        }
        return twice;
    }
}
