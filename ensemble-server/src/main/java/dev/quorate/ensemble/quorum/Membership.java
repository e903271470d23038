package dev.quorate.ensemble.quorum;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The two configurations that a server knows: the one in force, and the last that was proposed, which is the same one
/// unless a reconfiguration is under way (peer-protocol.md §7.1). While it is, nothing is decided without a quorum of
/// both.
public record Membership(EnsembleConfig committed, EnsembleConfig lastSeen) {
    public Membership {
        if (lastSeen.version() <= committed.version()) {
            lastSeen = committed;
        }
    }

    /// No reconfiguration is under way.
    public static Membership of(EnsembleConfig committed) {
        return new Membership(committed, committed);
    }

    /// Another configuration was proposed; one that is older than that of which we know is none.
    public Membership proposed(EnsembleConfig config) {
        return config.version() > lastSeen.version() ? new Membership(committed, config) : this;
    }

    /// A configuration is in force; one that is older than ours is not news.
    public Membership activated(EnsembleConfig config) {
        return config.version() > committed.version() ? new Membership(config, lastSeen) : this;
    }

    public boolean isPending() {
        return lastSeen.version() > committed.version();
    }

    /// Those whose quorums count, one or two.
    private List<EnsembleConfig> inForce() {
        return isPending() ? List.of(committed, lastSeen) : List.of(committed);
    }

    public List<QuorumRule> rules() {
        return inForce().stream().map(EnsembleConfig::rule).toList();
    }

    public boolean isQuorum(Set<Long> servers) {
        return inForce().stream().allMatch(config -> config.isQuorum(servers));
    }

    public boolean isVoter(long id) {
        return inForce().stream().anyMatch(config -> config.isVoter(id));
    }

    /// Only in the configuration in force: whoever has not heard of the other one would never vote for its servers.
    public boolean mayLead(long id) {
        return committed.rule().mayLead(id);
    }

    /// Whoever votes in one of them.
    public SortedSet<Long> voters() {
        TreeSet<Long> voters = new TreeSet<>();
        inForce().forEach(config -> voters.addAll(config.voters()));
        return voters;
    }

    /// A server's line in the configuration in force, else the one that is proposed.
    public @Nullable Member member(long id) {
        Member member = committed.member(id);
        return member == null && isPending() ? lastSeen.member(id) : member;
    }
}
