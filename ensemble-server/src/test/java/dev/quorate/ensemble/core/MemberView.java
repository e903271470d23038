package dev.quorate.ensemble.core;

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

    /// What this member shows is committed.
    public boolean serving() {
        return member.role.serving();
    }

    /// Leads, and a quorum has agreed to its epoch.
    public boolean leadsAnEpoch() {
        return member.role instanceof Leading leading && !leading.phase().equals("discovery");
    }

    public boolean looking() {
        return member.role instanceof Looking;
    }

    public String role() {
        return member.role.name() + " " + member.role.phase();
    }
}
