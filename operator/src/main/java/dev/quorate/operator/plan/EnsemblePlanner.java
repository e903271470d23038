package dev.quorate.operator.plan;

import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.ensemble.EnsembleSpec;
import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.operator.desired.EnsembleIdentity;
import dev.quorate.operator.desired.MemberSet;
import dev.quorate.operator.desired.ObjectNames;
import dev.quorate.operator.desired.Recovery;
import dev.quorate.operator.desired.ServerImage;
import dev.quorate.operator.desired.SharedObjects;
import dev.quorate.operator.observe.MemberState;
import dev.quorate.operator.observe.Observed;
import dev.quorate.operator.observe.ObservedMember;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What to do next for an ensemble. The whole state is planned anew each time; of what was before only the status is
/// known.
///
/// 0. While something of an earlier Ensemble of this name is still there, nothing: it would be taken for this one's.
/// 1. Shared objects are what they should be.
/// 2. Bootstrap (operator-design.md §4.4): the marker, then all members at once with the full list; initialized once
///    every member serves and a commit succeeded; then the marker goes and never comes back.
/// 3. Members whose StatefulSet is gone or was changed by somebody get it back, at the revision they have.
/// 4. Outdated members are restarted one at a time: [RollingPlanner].
public final class EnsemblePlanner {
    /// Condition that keeps the end of the bootstrap for ever.
    public static final String INITIALIZED = "Initialized";

    public static final String ZXID_REGRESSION = "ZxidRegression";

    private static final int FOREIGN_VOLUME = 78;

    private final Ensemble ensemble;
    private final EnsembleSpec spec;
    private final EnsembleStatus status;
    private final EnsembleIdentity identity;
    private final Observed observed;
    private final QuorumJudge judge;
    private final String operator;
    private final Instant now;
    private final List<EnsembleStep> steps = new ArrayList<>();

    private EnsemblePlanner(Ensemble ensemble, Observed observed, String operator, Instant now) {
        this.ensemble = ensemble;
        this.spec = ensemble.getSpec();
        this.status = ensemble.getStatus() == null ? EnsembleStatus.EMPTY : ensemble.getStatus();
        this.identity = EnsembleIdentity.of(ensemble);
        this.observed = observed;
        this.judge = new QuorumJudge(observed);
        this.operator = operator;
        this.now = now;
    }

    /// @param defaultImage of the server where the spec names none, with tag
    /// @param operator who plans: only what it wrote down itself does it carry out
    public static EnsemblePlan plan(
            Ensemble ensemble, Observed observed, String defaultImage, String operator, Instant now) {
        return new EnsemblePlanner(ensemble, observed, operator, now).plan(defaultImage);
    }

    private EnsemblePlan plan(String defaultImage) {
        Optional<Recovery> recovery = Optional.empty();
        boolean wasInitialized = isInitialized(status);
        if (!observed.leftovers().isEmpty()) {
            return nothing(
                    new Progress.Underway(
                            "WaitingForDeletion",
                            observed.leftovers().getFirst() + " is in the way until it is deleted"),
                    wasInitialized);
        }
        if (!wasInitialized && spec.recoveryBackup().isPresent()) {
            String backup = spec.recoveryBackup().orElseThrow();
            switch (RecoverySource.of(backup, observed.backup(), spec.recoveryEpochAbove())) {
                case RecoverySource.Available available -> recovery = Optional.of(available.recovery());
                case RecoverySource.NotYet not -> {
                    return nothing(new Progress.Underway(not.reason(), not.message()), false);
                }
                case RecoverySource.Never never -> {
                    return nothing(new Progress.Stuck(never.reason(), never.message()), false);
                }
            }
        }
        Map<Long, MemberSet> sets = sets(defaultImage, recovery);
        shared();
        boolean initialized = wasInitialized || bootstrap(recovery);
        if (initialized && observed.markerThere()) {
            steps.add(new EnsembleStep.RemoveMarker(ObjectNames.initializeSecret(identity.name())));
        }
        keepSets(sets);
        return roll(sets, initialized);
    }

    private EnsemblePlan nothing(Progress progress, boolean initialized) {
        return new EnsemblePlan(List.of(), progress, status.operation(), initialized, Map.of());
    }

    public static boolean isInitialized(EnsembleStatus status) {
        return status.conditionsOrEmpty().stream()
                .anyMatch(c -> c.getType().equals(INITIALIZED) && c.getStatus().equals("True"));
    }

    private Map<Long, MemberSet> sets(String defaultImage, Optional<Recovery> recovery) {
        ServerImage image = ServerImage.of(spec.image(), defaultImage);
        Map<String, String> annotations =
                Optional.ofNullable(ensemble.getMetadata().getAnnotations()).orElse(Map.of());
        String restartAt = annotations.getOrDefault(ObjectNames.RESTART_AT, "");
        return observed.members().stream()
                .collect(Collectors.toMap(
                        ObservedMember::id, m -> MemberSet.of(identity, spec, m.member(), image, recovery, restartAt)));
    }

    private void shared() {
        for (HasMetadata wanted : SharedObjects.of(identity, spec)) {
            boolean same = observed.sharedObject(
                            wanted.getKind(), wanted.getMetadata().getName())
                    .map(found -> !Drift.differs(wanted, found))
                    .orElse(false);
            if (!same) {
                steps.add(new EnsembleStep.Apply(wanted));
            }
        }
    }

    /// Whether it is over. The marker is placed only before the first member is made, so an ensemble whose volumes were
    /// lost later never takes empty disks for its beginning.
    private boolean bootstrap(Optional<Recovery> recovery) {
        boolean fresh = observed.members().stream().allMatch(m -> m.set().isEmpty());
        if (fresh && recovery.isEmpty() && !observed.markerThere()) {
            steps.add(new EnsembleStep.PlaceMarker(SharedObjects.initializeMarker(identity)));
        }
        // Observers have no say in it: the sooner the marker goes, the better.
        return judge.available() && observed.voters().stream().allMatch(ObservedMember::serving);
    }

    private void keepSets(Map<Long, MemberSet> sets) {
        for (ObservedMember member : observed.members()) {
            MemberSet wanted = sets.get(member.id());
            if (wanted != null
                    && (member.set().isEmpty() || isDrifted(wanted, member.set().orElseThrow()))) {
                steps.add(new EnsembleStep.Apply(wanted.object()));
            }
        }
    }

    /// At another revision it is not drifted but outdated: its turn comes in the roll.
    private static boolean isDrifted(MemberSet wanted, StatefulSet found) {
        Map<String, String> annotations =
                Optional.ofNullable(found.getMetadata().getAnnotations()).orElse(Map.of());
        return wanted.revision().equals(annotations.get(ObjectNames.REVISION)) && Drift.differs(wanted.object(), found);
    }

    private EnsemblePlan roll(Map<Long, MemberSet> sets, boolean initialized) {
        Optional<Progress> regression = regression();
        if (regression.isPresent()) {
            return new EnsemblePlan(List.copyOf(steps), regression.get(), status.operation(), initialized, Map.of());
        }
        RollingPlanner.Outcome roll = RollingPlanner.plan(spec, status, observed, judge, sets, operator, now);
        steps.addAll(roll.steps());
        return new EnsemblePlan(
                List.copyOf(steps), progress(roll, initialized), roll.operation(), initialized, roll.restartReasons());
    }

    private Progress progress(RollingPlanner.Outcome roll, boolean initialized) {
        Optional<ObservedMember> refused = observed.members().stream()
                .filter(m -> m.state() == MemberState.Dead)
                .filter(m -> m.pod().filter(p -> p.exitCode() == FOREIGN_VOLUME).isPresent())
                .findFirst();
        if (refused.isPresent()) {
            return new Progress.Stuck(
                    "VolumeRefused",
                    refused.get().name() + " does not start: " + refused.get().detail());
        }
        if (roll.progress().isPresent()) {
            return roll.progress().get();
        }
        if (!initialized) {
            return new Progress.Underway("Bootstrapping", summary());
        }
        if (!judge.available()) {
            return new Progress.Underway("QuorumUnavailable", judge.explain());
        }
        return judge.allServe()
                ? new Progress.Current("Serving", "all " + observed.members().size() + " members serve")
                : new Progress.Underway("Degraded", summary());
    }

    /// I6: who serves with less than it was seen to have must not be trusted, and nobody else may be taken down.
    private Optional<Progress> regression() {
        return lostData(status, observed).map(lost -> new Progress.Stuck(ZXID_REGRESSION, lost));
    }

    /// Who serves with less than it had, in words.
    public static Optional<String> lostData(EnsembleStatus status, Observed observed) {
        return observed.members().stream()
                .filter(ObservedMember::serving)
                .filter(m -> m.facts()
                        .filter(f -> f.standsAtTransaction()
                                && Long.compareUnsigned(f.zxid(), highestSeen(status, m.id())) < 0)
                        .isPresent())
                .map(m -> m.name() + " serves with less than it had: it was seen at 0x"
                        + Long.toHexString(highestSeen(status, m.id())))
                .findFirst();
    }

    /// Highest zxid that was ever seen of a member, 0 for none.
    public static long highestSeen(EnsembleStatus status, long id) {
        return status.membersOrEmpty().stream()
                .filter(m -> m.id() == id)
                .map(m -> m.highestZxidSeen())
                .filter(zxid -> zxid != null && zxid.startsWith("0x"))
                .map(zxid -> Long.parseUnsignedLong(zxid.substring(2), 16))
                .findFirst()
                .orElse(0L);
    }

    /// Who is not there yet, and why.
    private String summary() {
        long serving =
                observed.members().stream().filter(ObservedMember::serving).count();
        String others = observed.members().stream()
                .filter(m -> !m.serving())
                .map(m -> m.name() + " is " + m.state() + (m.detail().isEmpty() ? "" : " (" + m.detail() + ")"))
                .collect(Collectors.joining(", "));
        return serving + " of " + observed.members().size() + " members serve"
                + (others.isEmpty() ? "; " + judge.explain() : ": " + others);
    }
}
