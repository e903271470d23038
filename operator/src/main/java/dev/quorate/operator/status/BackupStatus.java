package dev.quorate.operator.status;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.crds.backup.EnsembleBackupStatus.Artifact;
import dev.quorate.crds.backup.EnsembleBackupStatus.Contents;
import dev.quorate.crds.backup.EnsembleBackupStatus.Point;
import dev.quorate.crds.backup.EnsembleBackupStatus.Source;
import dev.quorate.operator.desired.BackupId;
import dev.quorate.operator.observe.BackupAttempt;
import dev.quorate.operator.observe.ObservedBackup;
import dev.quorate.operator.plan.BackupReport;
import dev.quorate.operator.plan.BackupStep;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an EnsembleBackup says of itself, from the step that is taken.
public final class BackupStatus {
    private final EnsembleBackup backup;
    private final EnsembleBackupStatus before;
    private final Instant now;

    private BackupStatus(EnsembleBackup backup, Instant now) {
        this.backup = backup;
        this.before = backup.getStatus() == null ? EnsembleBackupStatus.EMPTY : backup.getStatus();
        this.now = now;
    }

    public static EnsembleBackupStatus of(
            EnsembleBackup backup, ObservedBackup observed, BackupStep step, Instant now) {
        BackupStatus status = new BackupStatus(backup, now);
        // The first Job's own time: the same whenever it is asked.
        String started = observed.attempts().stream()
                .map(attempt -> attempt.startedAt().toString())
                .findFirst()
                .orElse(null);
        return switch (step) {
            case BackupStep.Inert inert -> status.before;
            case BackupStep.Wait wait -> status.waiting(wait);
            case BackupStep.Start start ->
                status.running(
                        start.attempt(),
                        start.leader().name(),
                        started,
                        "attempt " + start.attempt() + " reads from "
                                + start.leader().name());
            case BackupStep.Follow follow ->
                status.running(follow.attempt().number(), follow.attempt().member(), started, follow.message());
            case BackupStep.Complete complete -> status.completed(complete, started);
            case BackupStep.Fail fail -> status.ended("Failed", started, fail.reason(), fail.message());
            case BackupStep.Reject reject -> status.ended("Rejected", null, reject.reason(), reject.message());
        };
    }

    private Conditions conditions() {
        return new Conditions(before.conditionsOrEmpty(), generation(), now);
    }

    private long generation() {
        Long generation = backup.getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }

    private EnsembleBackupStatus waiting(BackupStep.Wait wait) {
        List<Condition> conditions =
                conditions().inProgress(wait.reason(), wait.message()).list();
        return new EnsembleBackupStatus(
                generation(), "Pending", null, null, null, null, null, null, null, null, null, conditions);
    }

    private EnsembleBackupStatus running(int attempt, String member, @Nullable String startedAt, String message) {
        return new EnsembleBackupStatus(
                generation(),
                "Running",
                BackupId.of(backup.getMetadata(), attempt),
                startedAt,
                null,
                attempt,
                new Source(member, "Leader"),
                null,
                null,
                null,
                null,
                conditions().inProgress("Running", message).list());
    }

    private EnsembleBackupStatus completed(BackupStep.Complete complete, @Nullable String startedAt) {
        BackupReport report = complete.report();
        BackupAttempt attempt = complete.attempt();
        Instant at = attempt.state() instanceof BackupAttempt.Succeeded succeeded ? succeeded.at() : now;
        String id = String.valueOf(report.backupId());
        return new EnsembleBackupStatus(
                generation(),
                "Completed",
                id,
                startedAt,
                at.toString(),
                attempt.number(),
                new Source(attempt.member(), "Leader"),
                new Point(report.epoch(), report.zxid(), report.time()),
                new Contents(
                        report.znodes(),
                        report.bytes(),
                        report.ephemeralsStripped(),
                        report.sessionsStripped(),
                        report.touchedParents()),
                new Artifact(backup.getSpec().persistentVolumeClaim().claimName(), id, String.valueOf(report.sha256())),
                null,
                conditions().ready("Completed", message(report)).list());
    }

    private static String message(BackupReport report) {
        return report.znodes() + " znodes at zxid " + report.zxid() + "; " + report.ephemeralsStripped()
                + " ephemeral znodes and " + report.sessionsStripped() + " sessions left out";
    }

    private EnsembleBackupStatus ended(String phase, @Nullable String startedAt, String reason, String message) {
        return new EnsembleBackupStatus(
                generation(),
                phase,
                before.backupId(),
                startedAt,
                now.truncatedTo(ChronoUnit.SECONDS).toString(),
                before.attempts(),
                before.source(),
                null,
                null,
                null,
                message,
                conditions().stalled(reason, message).list());
    }
}
