package dev.quorate.operator.plan;

import dev.quorate.crds.ensemble.EnsembleSpec;
import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.crds.ensemble.OperationStatus;
import dev.quorate.crds.ensemble.UpdateStrategySpec;
import dev.quorate.operator.desired.Durations;
import dev.quorate.operator.desired.MemberSet;
import dev.quorate.operator.desired.ObjectNames;
import dev.quorate.operator.observe.MemberState;
import dev.quorate.operator.observe.Observed;
import dev.quorate.operator.observe.ObservedMember;
import dev.quorate.operator.observe.ObservedMember.PodFacts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The rolling restart (operator-design.md §4.3). Of the outdated members the first of these goes:
///
/// 1. who has no pod: only its StatefulSet is brought up to date;
/// 2. who does not serve: it carries no quorum, so nothing is asked (R28), but that without a quorum servers that run
///    are tried one at a time;
/// 3. nobody, while an up-to-date member does not serve (R27): a bad revision stops at its first member;
/// 4. an observer, by id; 5. a follower, by id, if the judge lets it go; 6. the leader, when all others are done.
///
/// Who is to go is written down as operation first and restarted in a later turn, after everything was judged anew; by
/// whoever wrote it down and nobody else, so that an operator that has lost its lease without knowing takes nobody down
/// beside the one who took over (I1).
final class RollingPlanner {
    static final String RESTART = "RestartMember";

    /// @param progress absent when no roll is under way
    record Outcome(
            List<EnsembleStep> steps,
            Optional<Progress> progress,
            @Nullable OperationStatus operation,
            Map<Long, List<RestartReason>> restartReasons) {}

    private final EnsembleStatus status;
    private final Observed observed;
    private final QuorumJudge judge;
    private final Map<Long, MemberSet> sets;
    private final String operator;
    private final Instant now;
    private final Duration memberTimeout;
    private final Duration minReady;
    private final Map<Long, List<RestartReason>> reasons = new TreeMap<>();

    private RollingPlanner(
            EnsembleSpec spec,
            EnsembleStatus status,
            Observed observed,
            QuorumJudge judge,
            Map<Long, MemberSet> sets,
            String operator,
            Instant now) {
        UpdateStrategySpec strategy = spec.disruptionOrDefault().strategy();
        this.status = status;
        this.observed = observed;
        this.judge = judge;
        this.sets = sets;
        this.operator = operator;
        this.now = now;
        memberTimeout = Durations.parse(strategy.memberTimeoutOrDefault());
        minReady = Duration.ofSeconds(strategy.readySeconds());
    }

    static Outcome plan(
            EnsembleSpec spec,
            EnsembleStatus status,
            Observed observed,
            QuorumJudge judge,
            Map<Long, MemberSet> sets,
            String operator,
            Instant now) {
        return new RollingPlanner(spec, status, observed, judge, sets, operator, now).plan();
    }

    private Outcome plan() {
        List<ObservedMember> outdated = new ArrayList<>();
        List<EnsembleStep> steps = new ArrayList<>();
        for (ObservedMember member : observed.members()) {
            MemberSet set = set(member);
            if (member.pod().isPresent() && member.state() != MemberState.Missing) {
                List<RestartReason> why = RestartReason.of(set, member.pod().orElseThrow());
                if (!why.isEmpty()) {
                    reasons.put(member.id(), why);
                    outdated.add(member);
                }
            } else if (member.set().isPresent() && isBehind(set, member)) {
                steps.add(new EnsembleStep.Apply(set.object()));
            }
        }
        OperationStatus operation = status.operation();
        Optional<ObservedMember> broken = outdated.stream()
                .filter(m -> !m.serving() && !mayStillJoin(m, operation))
                .min(Comparator.comparing(ObservedMember::state).thenComparing(ObservedMember::id));
        if (broken.isPresent()) {
            if (!isWrittenDown(broken.get(), operation)) {
                return underway(steps, broken.get(), now, "is next to be restarted: it does not serve and is outdated");
            }
            steps.add(restart(broken.get()));
            return underway(steps, broken.get(), now, "is restarted: it does not serve and is outdated");
        }
        if (operation != null) {
            Optional<Outcome> waiting = waitFor(operation, steps);
            if (waiting.isPresent()) {
                return waiting.get();
            }
        }
        if (outdated.isEmpty()) {
            return new Outcome(steps, Optional.empty(), null, reasons);
        }
        return next(outdated, operation, steps);
    }

    /// Without a quorum a voter whose server runs may be the one that brings it back: one of them is tried, then none
    /// for the time that a member is given.
    private boolean mayStillJoin(ObservedMember member, @Nullable OperationStatus operation) {
        boolean runs = member.state() == MemberState.Alive || member.state() == MemberState.Syncing;
        return runs
                && member.member().votes()
                && !judge.available()
                && operation != null
                && !operation.member().equals(member.name())
                && Instant.parse(operation.startedAt()).plus(memberTimeout).isAfter(now);
    }

    private boolean isWrittenDown(ObservedMember member, @Nullable OperationStatus operation) {
        return operation != null && operation.member().equals(member.name()) && operator.equals(operation.operator());
    }

    private static boolean isBehind(MemberSet wanted, ObservedMember member) {
        return member.set()
                .map(s -> s.getSpec().getTemplate().getMetadata().getAnnotations())
                .map(a -> !wanted.revision().equals(a.get(ObjectNames.REVISION)))
                .orElse(true);
    }

    /// The member that was restarted last is awaited before anything else happens; empty when it is done, or when its
    /// restart has not begun.
    private Optional<Outcome> waitFor(OperationStatus operation, List<EnsembleStep> steps) {
        Optional<ObservedMember> found = observed.members().stream()
                .filter(m -> m.name().equals(operation.member()))
                .findFirst();
        if (found.isEmpty() || reasons.containsKey(found.get().id())) {
            return Optional.empty();
        }
        ObservedMember member = found.get();
        Instant started = Instant.parse(operation.startedAt());
        if (member.serving()) {
            Instant ready = member.pod().flatMap(PodFacts::readySince).orElse(now);
            return ready.plus(minReady).isAfter(now)
                    ? Optional.of(underway(
                            steps, member, started, "serves again and is given " + minReady.toSeconds() + " s"))
                    : Optional.empty();
        }
        if (started.plus(memberTimeout).isBefore(now)) {
            String detail = member.detail().isEmpty() ? "" : ": " + member.detail();
            return Optional.of(new Outcome(
                    steps,
                    Optional.of(new Progress.Stuck(
                            "MemberTimeout",
                            member.name() + " does not serve " + memberTimeout.toSeconds() + " s after its restart ("
                                    + member.state() + ")" + detail)),
                    operation,
                    reasons));
        }
        return Optional.of(underway(steps, member, started, "was restarted and is " + member.state()));
    }

    private Outcome next(List<ObservedMember> outdated, @Nullable OperationStatus operation, List<EnsembleStep> steps) {
        Optional<ObservedMember> unready =
                observed.members().stream().filter(m -> !m.serving()).findFirst();
        if (unready.isPresent()) {
            return held(steps, unready.get().name() + " is " + unready.get().state() + detail(unready.get()));
        }
        ObservedMember candidate = outdated.stream()
                .min(Comparator.comparing((ObservedMember m) -> m.member().votes())
                        .thenComparing(ObservedMember::leads)
                        .thenComparing(ObservedMember::id))
                .orElseThrow();
        boolean mayGo = candidate.member().votes() ? judge.mayGo(candidate) : judge.available();
        if (!mayGo) {
            return held(steps, judge.explain());
        }
        if (operation == null || !isWrittenDown(candidate, operation)) {
            return underway(steps, candidate, now, "is next to be restarted: " + why(candidate));
        }
        Instant journalled = Instant.parse(operation.startedAt());
        if (observed.proof().at().isBefore(journalled)) {
            return underway(steps, candidate, journalled, "is next to be restarted: " + why(candidate));
        }
        steps.add(restart(candidate));
        return underway(steps, candidate, now, "is restarted: " + why(candidate));
    }

    private static String detail(ObservedMember member) {
        return member.detail().isEmpty() ? "" : ": " + member.detail();
    }

    private String why(ObservedMember member) {
        return String.join(
                ", ",
                reasons.getOrDefault(member.id(), List.of()).stream()
                        .map(RestartReason::name)
                        .toList());
    }

    private EnsembleStep restart(ObservedMember member) {
        return new EnsembleStep.Restart(
                set(member),
                member.pod().map(PodFacts::uid).orElseThrow(),
                reasons.getOrDefault(member.id(), List.of()));
    }

    private MemberSet set(ObservedMember member) {
        MemberSet set = sets.get(member.id());
        if (set == null) {
            throw new IllegalStateException("no StatefulSet was made for " + member.name());
        }
        return set;
    }

    private Outcome held(List<EnsembleStep> steps, String message) {
        return new Outcome(
                steps,
                Optional.of(new Progress.Underway("WaitingForQuorum", "the roll waits: " + message)),
                status.operation(),
                reasons);
    }

    private Outcome underway(List<EnsembleStep> steps, ObservedMember member, Instant started, String message) {
        String text = member.name() + " " + message;
        return new Outcome(
                steps,
                Optional.of(new Progress.Underway("RollingUpdate", text)),
                new OperationStatus(
                        RESTART,
                        member.name(),
                        started.truncatedTo(ChronoUnit.SECONDS).toString(),
                        operator,
                        text),
                reasons);
    }
}
