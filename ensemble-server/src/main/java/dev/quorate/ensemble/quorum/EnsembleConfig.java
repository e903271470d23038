package dev.quorate.ensemble.quorum;

import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One version of the member list, with what a quorum of it is. `version` is the zxid of the reconfiguration that made
/// it, 0 before the first leader. Members iterate by ascending id.
///
/// Equality is that of all parts, the version too; [#saysTheSameAs] is the one by which servers tell whether anything
/// has changed for them.
public record EnsembleConfig(SortedMap<Long, Member> members, QuorumRule rule, long version) {
    public EnsembleConfig {
        members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
    }

    /// Quorums are majorities.
    public EnsembleConfig(SortedMap<Long, Member> members, long version) {
        this(members, new QuorumRule.Majority(voters(members)), version);
    }

    public @Nullable Member member(long id) {
        return members.get(id);
    }

    public boolean isVoter(long id) {
        Member member = members.get(id);
        return member != null && member.votes();
    }

    public boolean isObserver(long id) {
        Member member = members.get(id);
        return member != null && !member.votes();
    }

    public SortedSet<Long> voters() {
        return voters(members);
    }

    private static SortedSet<Long> voters(SortedMap<Long, Member> members) {
        TreeSet<Long> voters = new TreeSet<>();
        members.values().stream().filter(Member::votes).forEach(member -> voters.add(member.id()));
        return voters;
    }

    /// Whether these servers can decide. Others than voters do not count.
    public boolean isQuorum(Set<Long> servers) {
        return rule.isQuorum(servers);
    }

    /// The same members at the same addresses with the same votes, whatever the versions are (peer-protocol.md §1.1).
    public boolean saysTheSameAs(EnsembleConfig other) {
        return members.keySet().equals(other.members.keySet())
                && members.values().stream().allMatch(member -> {
                    Member theirs = other.member(member.id());
                    return theirs != null && member.saysTheSameAs(theirs);
                })
                && rule.equals(other.rule);
    }

    public EnsembleConfig withVersion(long newVersion) {
        return new EnsembleConfig(members, rule, newVersion);
    }
}
