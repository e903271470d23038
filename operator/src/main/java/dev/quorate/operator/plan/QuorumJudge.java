package dev.quorate.operator.plan;

import dev.quorate.operator.observe.MemberState;
import dev.quorate.operator.observe.Observed;
import dev.quorate.operator.observe.ObservedMember;
import dev.quorate.operator.observe.ServerFacts;
import java.util.List;
import java.util.Optional;

/// Judges the quorum of what was observed (operator-design.md §4.1, I2, I3). With V voters:
///
/// - available: one leader, every serving voter names it, `1 + synced followers ≥ V/2 + 1`, and a commit succeeded;
/// - a serving voter may go: every voter serves, and `1 + synced followers − 1 ≥ V/2 + 1`.
///
/// A single voter has nothing to spare: it may go once it serves, for it could never be changed otherwise.
public record QuorumJudge(Observed observed) {
    /// What the quorum is like; `Serving` is the good one.
    public enum Verdict {
        Serving,
        NoLeader,
        SplitLeaders,
        NotEnoughSynced,
        CommitTimeout
    }

    public Verdict verdict() {
        List<ObservedMember> leaders = observed.leaders();
        if (leaders.isEmpty()) {
            return Verdict.NoLeader;
        }
        long leader = leaders.getFirst().id();
        boolean disputed = observed.voters().stream()
                .filter(ObservedMember::serving)
                .flatMap(m -> m.facts().stream())
                .anyMatch(f -> f.leader() != leader);
        if (leaders.size() > 1 || disputed) {
            return Verdict.SplitLeaders;
        }
        if (1 + syncedFollowers() < majority()) {
            return Verdict.NotEnoughSynced;
        }
        return observed.proof().succeeded() ? Verdict.Serving : Verdict.CommitTimeout;
    }

    public boolean available() {
        return verdict() == Verdict.Serving;
    }

    public String explain() {
        return switch (verdict()) {
            case Serving ->
                leaderName() + " leads, " + syncedFollowers() + " of " + (voters() - 1) + " followers are in step";
            case NoLeader -> "no member leads";
            case SplitLeaders -> "the members do not agree on one leader";
            case NotEnoughSynced ->
                leaderName() + " has " + syncedFollowers() + " followers in step, a quorum of " + voters()
                        + " voters takes " + (majority() - 1);
            case CommitTimeout -> observed.proof().failure();
        };
    }

    /// May this serving voter be taken down?
    public boolean mayGo(ObservedMember voter) {
        if (voters() == 1) {
            return available();
        }
        boolean allServe = observed.voters().stream().allMatch(ObservedMember::serving);
        return available() && allServe && syncedFollowers() >= majority();
    }

    public Optional<ObservedMember> leader() {
        return observed.leaders().size() == 1 ? Optional.of(observed.leaders().getFirst()) : Optional.empty();
    }

    public int syncedFollowers() {
        return leader().flatMap(ObservedMember::facts)
                .map(ServerFacts::syncedFollowers)
                .orElse(0);
    }

    /// Voters that may fail now before the quorum is lost.
    public int faultTolerance() {
        return available() ? 1 + syncedFollowers() - majority() : 0;
    }

    public boolean allServe() {
        return observed.members().stream().allMatch(m -> m.state() == MemberState.Serving);
    }

    private String leaderName() {
        return leader().map(ObservedMember::name).orElse("nobody");
    }

    private int voters() {
        return observed.voters().size();
    }

    private int majority() {
        return voters() / 2 + 1;
    }
}
