package dev.quorate.operator.status;

import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.crds.restore.EnsembleRestore;
import dev.quorate.crds.restore.EnsembleRestoreStatus;
import dev.quorate.crds.restore.EnsembleRestoreStatus.Resolved;
import dev.quorate.crds.restore.EnsembleRestoreStatus.Result;
import dev.quorate.operator.observe.ObservedRestore;
import dev.quorate.operator.plan.RestoreStep;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// What an EnsembleRestore says of itself, from the step that is taken.
public final class RestoreStatus {
    /// The members hold what the backup holds, and all of them the same.
    public static final String VERIFIED = "Verified";

    private final EnsembleRestore restore;
    private final EnsembleRestoreStatus before;
    private final ObservedRestore observed;
    private final Instant now;

    private RestoreStatus(EnsembleRestore restore, ObservedRestore observed, Instant now) {
        this.restore = restore;
        this.before = restore.getStatus() == null ? EnsembleRestoreStatus.EMPTY : restore.getStatus();
        this.observed = observed;
        this.now = now;
    }

    public static EnsembleRestoreStatus of(
            EnsembleRestore restore, ObservedRestore observed, RestoreStep step, Instant now) {
        RestoreStatus status = new RestoreStatus(restore, observed, now);
        Conditions conditions = status.conditions();
        return switch (step) {
            case RestoreStep.Inert inert -> status.before;
            case RestoreStep.Wait wait ->
                status.with("Pending", null, null, null, conditions.inProgress(wait.reason(), wait.message()));
            case RestoreStep.Create create ->
                status.with(
                        "Seeding",
                        null,
                        null,
                        status.seconds(),
                        conditions.inProgress(
                                "Seeding",
                                "Ensemble " + create.ensemble().getMetadata().getName() + " is made"));
            case RestoreStep.Follow follow ->
                status.with(
                        follow.phase().name(),
                        null,
                        null,
                        status.started(),
                        conditions.inProgress(follow.phase().name(), follow.message()));
            case RestoreStep.Complete complete ->
                status.with(
                        "Completed",
                        complete.result(),
                        null,
                        status.started(),
                        conditions
                                .ready("Completed", message(complete.result()))
                                .add(VERIFIED, true, "ContentsEqual", "every member holds the same tree"));
            case RestoreStep.Fail fail ->
                status.with(
                        "Failed",
                        null,
                        fail.message(),
                        status.started(),
                        conditions
                                .stalled(fail.reason(), fail.message())
                                .add(VERIFIED, false, fail.reason(), fail.message()));
            case RestoreStep.Reject reject ->
                status.with(
                        "Rejected",
                        null,
                        reject.message(),
                        null,
                        conditions.stalled(reject.reason(), reject.message()));
        };
    }

    private static String message(Result result) {
        return result.znodes() + " znodes restored, " + result.ephemeralsStripped()
                + " ephemeral znodes left out, epoch " + result.newEpoch();
    }

    private Conditions conditions() {
        return new Conditions(before.conditionsOrEmpty(), generation(), now);
    }

    private long generation() {
        Long generation = restore.getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }

    private String seconds() {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private @Nullable String started() {
        return observed.destination()
                .map(d -> d.getMetadata().getCreationTimestamp())
                .orElse(before.startedAt());
    }

    private EnsembleRestoreStatus with(
            String phase,
            @Nullable Result result,
            @Nullable String error,
            @Nullable String startedAt,
            Conditions conditions) {
        boolean over = phase.equals("Completed") || error != null;
        return new EnsembleRestoreStatus(
                generation(),
                phase,
                startedAt == null ? null : resolved(),
                result,
                startedAt,
                over ? seconds() : null,
                error,
                conditions.list());
    }

    /// Once found it stays, whatever becomes of the EnsembleBackup.
    private @Nullable Resolved resolved() {
        if (before.resolved() != null) {
            return before.resolved();
        }
        EnsembleBackupStatus backup = observed.backup().map(b -> b.getStatus()).orElse(null);
        if (backup == null || backup.backupId() == null) {
            return null;
        }
        EnsembleBackupStatus.Point point = backup.point();
        return new Resolved(backup.backupId(), point == null ? null : point.zxid());
    }
}
