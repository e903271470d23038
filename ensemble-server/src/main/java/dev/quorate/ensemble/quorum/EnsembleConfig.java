package dev.quorate.ensemble.quorum;

import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One version of the member list. `version` is the zxid of the reconfiguration that made it, 0 before the first
/// leader. Members iterate by ascending id.
public record EnsembleConfig(SortedMap<Long, Member> members, long version) {
    public EnsembleConfig {
        members = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(members));
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

    public int voters() {
        int count = 0;
        for (Member member : members.values()) {
            if (member.votes()) {
                count++;
            }
        }
        return count;
    }

    /// Whether these servers, counting voters only, are a majority of the voters.
    public boolean isQuorum(Collection<Long> servers) {
        int voting = 0;
        for (Long server : servers) {
            if (isVoter(server)) {
                voting++;
            }
        }
        return voting > voters() / 2;
    }

    public EnsembleConfig withVersion(long newVersion) {
        return new EnsembleConfig(members, newVersion);
    }
}
