package dev.quorate.operator.plan;

import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.crds.ensemble.QuorumStatus;
import dev.quorate.crds.restore.EnsembleRestore;
import dev.quorate.crds.restore.EnsembleRestoreStatus;
import dev.quorate.crds.restore.EnsembleRestoreStatus.Result;
import dev.quorate.operator.desired.Durations;
import dev.quorate.operator.desired.Member;
import dev.quorate.operator.desired.Recovery;
import dev.quorate.operator.desired.RestoredEnsemble;
import dev.quorate.operator.observe.ClaimState;
import dev.quorate.operator.observe.ObservedRestore;
import dev.quorate.operator.observe.ObservedRestore.Contents;
import dev.quorate.operator.observe.ObservedRestore.Seed;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Decides about one restore: make the new ensemble, follow it until it is Ready, compare what its members hold.
public final class RestorePlanner {
    private static final int SIGNAL = 128;

    private final EnsembleRestore restore;
    private final EnsembleRestoreStatus status;
    private final ObservedRestore observed;
    private final Instant now;

    private RestorePlanner(EnsembleRestore restore, ObservedRestore observed, Instant now) {
        this.restore = restore;
        this.status = restore.getStatus() == null ? EnsembleRestoreStatus.EMPTY : restore.getStatus();
        this.observed = observed;
        this.now = now;
    }

    public static RestoreStep plan(EnsembleRestore restore, ObservedRestore observed, Instant now) {
        return new RestorePlanner(restore, observed, now).step();
    }

    private RestoreStep step() {
        if (status.finished()) {
            return new RestoreStep.Inert();
        }
        Optional<Ensemble> destination = observed.destination();
        if (destination.isEmpty()) {
            return status.startedAt() == null
                    ? begin()
                    : new RestoreStep.Fail("DestinationDeleted", destination() + " was deleted before it was restored");
        }
        if (!RestoredEnsemble.madeBy(restore, destination.get())) {
            return status.startedAt() == null
                    ? new RestoreStep.Reject(
                            "DestinationExists",
                            destination() + " exists and was not made by this restore; nothing was touched")
                    : new RestoreStep.Fail("DestinationReplaced", destination() + " was replaced by another");
        }
        if (destination.get().getMetadata().getDeletionTimestamp() != null) {
            return new RestoreStep.Fail("DestinationDeleted", destination() + " is being deleted");
        }
        return follow(destination.get());
    }

    private RestoreStep begin() {
        String name = restore.getSpec().source().backupRef().name();
        return switch (RecoverySource.of(name, observed.backup(), highestEpoch())) {
            case RecoverySource.NotYet not -> wait(not.reason(), not.message());
            case RecoverySource.Never never -> new RestoreStep.Reject(never.reason(), never.message());
            case RecoverySource.Available available -> {
                String claim = "claim " + available.recovery().claimName();
                yield switch (observed.claim()) {
                    case Missing ->
                        wait("ClaimNotFound", claim + ", which holds EnsembleBackup " + name + ", does not exist");
                    case Lost ->
                        new RestoreStep.Reject(
                                "ClaimLost",
                                claim + ", which holds EnsembleBackup " + name
                                        + ", is being deleted or has lost its volume");
                    case OnePod ->
                        create(
                                available.recovery(),
                                claim + ", which holds EnsembleBackup " + name
                                        + ", can be mounted by one pod at a time (ReadWriteOncePod), and each member reads"
                                        + " it while it starts: copy the backup to a claim that is ReadWriteMany");
                    case OneNode, ReadOnly, Writable -> create(available.recovery(), "");
                };
            }
        };
    }

    /// @param only why there can be no more than one member, "" where there can
    private RestoreStep create(Recovery recovery, String only) {
        Ensemble ensemble = RestoredEnsemble.of(restore, recovery);
        int members =
                Member.of(ensemble.getMetadata().getName(), ensemble.getSpec()).size();
        return members > 1 && !only.isEmpty()
                ? new RestoreStep.Reject("ClaimForOnePod", only)
                : new RestoreStep.Create(ensemble);
    }

    private RestoreStep wait(String reason, String message) {
        return left(created()).isPositive()
                ? new RestoreStep.Wait(reason, message)
                : new RestoreStep.Reject(reason, message + "; gave up waiting");
    }

    /// What clients of the lost ensemble may have seen, as far as the operator knows beside the backup.
    private long highestEpoch() {
        return observed.source().flatMap(RestorePlanner::epoch).orElse(0L);
    }

    private static Optional<Long> epoch(Ensemble ensemble) {
        EnsembleStatus status = ensemble.getStatus();
        QuorumStatus quorum = status == null ? null : status.quorum();
        return quorum == null ? Optional.empty() : Optional.ofNullable(quorum.epoch());
    }

    private RestoreStep follow(Ensemble ensemble) {
        for (Seed seed : observed.seeds()) {
            // After a signal the pod tries again by itself.
            if (seed.state() instanceof ObservedRestore.Failed failed && failed.exitCode() <= SIGNAL) {
                return new RestoreStep.Fail("SeedingFailed", seed.member() + ": " + said(failed));
            }
        }
        List<Member> members = Member.of(ensemble.getMetadata().getName(), ensemble.getSpec());
        RestoreStep step = ready(ensemble) ? verify(ensemble, members.size()) : coming(ensemble, members.size());
        boolean late = !left(started(ensemble)).isPositive();
        return late && step instanceof RestoreStep.Follow follow
                ? new RestoreStep.Fail(
                        "TimedOut",
                        "not finished within " + restore.getSpec().timeoutOrDefault() + ": " + follow.message())
                : step;
    }

    private static String said(ObservedRestore.Failed failed) {
        return failed.message().isEmpty()
                ? "the restore ended with code " + failed.exitCode() + " and said nothing"
                : failed.message();
    }

    private RestoreStep coming(Ensemble ensemble, int members) {
        long done = observed.seeds().stream()
                .filter(s -> s.state() instanceof ObservedRestore.Done)
                .count();
        if (done == members) {
            return new RestoreStep.Follow(
                    RestoreStep.Phase.Starting,
                    condition(ensemble, "Ready").map(Condition::getMessage).orElse("the members start"));
        }
        StringBuilder message = new StringBuilder(done + " of " + members + " members hold the backup");
        for (Seed seed : observed.seeds()) {
            if (seed.state() instanceof ObservedRestore.Running(String detail) && !detail.isEmpty()) {
                message.append("; ").append(seed.member()).append(" waits: ").append(detail);
            }
        }
        long nodes = observed.seeds().stream()
                .map(Seed::node)
                .filter(node -> !node.isEmpty())
                .distinct()
                .count();
        if (observed.claim() == ClaimState.OneNode && nodes > 1) {
            message.append("; the members are on ")
                    .append(nodes)
                    .append(
                            " nodes, and the claim that holds the backup can be mounted on one at a time (ReadWriteOnce):"
                                    + " keep them on one node, or copy the backup to a claim that is ReadWriteMany");
        }
        return new RestoreStep.Follow(RestoreStep.Phase.Seeding, message.toString());
    }

    /// All members must stand at one zxid with one digest: the same tree everywhere; and with no fewer znodes than the
    /// backup has.
    private RestoreStep verify(Ensemble ensemble, int members) {
        List<Contents> all = observed.contents();
        if (all.size() < members) {
            return verifying(all.size() + " of " + members + " members say what they hold");
        }
        Contents first = all.getFirst();
        for (Contents other : all) {
            if (other.zxid() != first.zxid()) {
                return verifying(first.member() + " and " + other.member() + " do not stand at the same zxid yet");
            }
        }
        for (Contents other : all) {
            if (other.digest() != first.digest() || other.znodes() != first.znodes()) {
                return new RestoreStep.Fail(
                        "ContentsDiffer",
                        "at zxid 0x" + Long.toHexString(first.zxid()) + " " + first.member() + " and " + other.member()
                                + " hold different trees: " + first.znodes() + " and " + other.znodes() + " znodes");
            }
        }
        EnsembleBackupStatus.Contents backup = observed.backup()
                .map(b -> b.getStatus())
                .map(EnsembleBackupStatus::contents)
                .orElse(null);
        if (backup != null && first.znodes() < backup.znodes()) {
            return new RestoreStep.Fail(
                    "ContentsDiffer",
                    "the members hold " + first.znodes() + " znodes, the backup " + backup.znodes()
                            + "; or did a client delete some already?");
        }
        return new RestoreStep.Complete(new Result(
                first.znodes(),
                backup == null ? null : backup.ephemeralsStripped(),
                epoch(ensemble).orElse(null)));
    }

    private static RestoreStep verifying(String message) {
        return new RestoreStep.Follow(RestoreStep.Phase.Verifying, message);
    }

    /// As of its present generation.
    private static boolean ready(Ensemble ensemble) {
        EnsembleStatus status = ensemble.getStatus();
        Long generation = ensemble.getMetadata().getGeneration();
        return status != null
                && (generation == null || generation.equals(status.observedGeneration()))
                && condition(ensemble, "Ready")
                        .map(c -> "True".equals(c.getStatus()))
                        .orElse(false);
    }

    private static Optional<Condition> condition(Ensemble ensemble, String type) {
        EnsembleStatus status = ensemble.getStatus();
        return status == null
                ? Optional.empty()
                : status.conditionsOrEmpty().stream()
                        .filter(c -> type.equals(c.getType()))
                        .findFirst();
    }

    private String destination() {
        return "Ensemble " + restore.getSpec().destination().newEnsemble().name();
    }

    private Instant created() {
        return Instant.parse(restore.getMetadata().getCreationTimestamp());
    }

    private static Instant started(Ensemble destination) {
        return Instant.parse(destination.getMetadata().getCreationTimestamp());
    }

    private Duration left(Instant start) {
        return Durations.parse(restore.getSpec().timeoutOrDefault()).minus(Duration.between(start, now));
    }
}
