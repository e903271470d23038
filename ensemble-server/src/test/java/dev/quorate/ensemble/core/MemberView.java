package dev.quorate.ensemble.core;

import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.tree.DataTree;

/// A member as checkers see it between two steps. Reads only.
public final class MemberView {
    private final EnsembleMember member;

    public MemberView(EnsembleMember member) {
        this.member = member;
    }

    public DataTree tree() {
        return member.state.tree;
    }

    public long lastLogged() {
        return member.state.lastLogged;
    }

    public long currentEpoch() {
        return member.state.currentEpoch;
    }

    public Membership membership() {
        return member.state.membership();
    }

    /// What this member shows is committed.
    public boolean serving() {
        return member.role.serving();
    }

    /// The epoch in which it leads and to which a quorum has agreed, -1 where there is none.
    public long epochLed() {
        return member.role instanceof Leading leading ? leading.epochAgreed() : -1;
    }

    public boolean leadsAnEpoch() {
        return epochLed() != -1;
    }

    public boolean looking() {
        return member.role instanceof Looking;
    }

    public String role() {
        return member.role.name() + " " + member.role.phase();
    }
}
