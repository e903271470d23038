package dev.quorate.operator.plan;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.crds.ensemble.QuorumStatus;
import dev.quorate.operator.desired.BackupId;
import dev.quorate.operator.desired.Durations;
import dev.quorate.operator.desired.Member;
import dev.quorate.operator.observe.BackupAttempt;
import dev.quorate.operator.observe.ObservedBackup;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Decides about one backup. Everything follows from the EnsembleBackup and from the Jobs that are there, so an
/// operator that starts anew goes on where the last one was.
public final class BackupPlanner {
    static final int ATTEMPTS_MAX = 5;
    /// A claim that is applied together with its backup may come a moment later.
    static final Duration CLAIM_GRACE = Duration.ofSeconds(15);
    /// Before the same leader is asked again; another one is asked at once.
    static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    /// Exit code of the verb when there is no leader where it was sent, or no more.
    private static final int TRY_AGAIN = 75;
    /// Exit codes above are signals: a node was drained, memory ran out.
    private static final int SIGNAL = 128;

    private final EnsembleBackup backup;
    private final ObservedBackup observed;
    private final Instant now;

    private BackupPlanner(EnsembleBackup backup, ObservedBackup observed, Instant now) {
        this.backup = backup;
        this.observed = observed;
        this.now = now;
    }

    public static BackupStep plan(EnsembleBackup backup, ObservedBackup observed, Instant now) {
        return new BackupPlanner(backup, observed, now).step();
    }

    private BackupStep step() {
        if (backup.getStatus() != null && backup.getStatus().finished()) {
            return new BackupStep.Inert();
        }
        if (observed.attempts().isEmpty()) {
            return begin();
        }
        BackupAttempt last = observed.attempts().getLast();
        return switch (last.state()) {
            case BackupAttempt.Running running -> new BackupStep.Follow(last, following(last, running));
            case BackupAttempt.Succeeded succeeded -> completed(last, succeeded);
            case BackupAttempt.Failed failed ->
                failed.exitCode() == TRY_AGAIN || failed.exitCode() > SIGNAL
                        ? again(last, said(failed), failed.at())
                        : new BackupStep.Fail("BackupFailed", said(failed));
            case BackupAttempt.TimedOut timedOut -> timedOut();
            case BackupAttempt.Lost lost -> again(last, lost.message(), lost.at());
        };
    }

    private BackupStep begin() {
        Duration left = left(created());
        Optional<Ensemble> ensemble = observed.ensemble();
        if (ensemble.isEmpty()) {
            return wait(left, "EnsembleNotFound", "Ensemble " + ensembleName() + " does not exist");
        }
        if (ensemble.get().getMetadata().getDeletionTimestamp() != null) {
            return new BackupStep.Reject("EnsembleDeleted", "Ensemble " + ensembleName() + " is being deleted");
        }
        String claim = "claim " + backup.getSpec().persistentVolumeClaim().claimName();
        switch (observed.claim()) {
            case Missing -> {
                return now.isBefore(created().plus(CLAIM_GRACE))
                        ? new BackupStep.Wait("ClaimNotFound", claim + " does not exist")
                        : new BackupStep.Fail("ClaimNotFound", claim + " does not exist");
            }
            case Lost -> {
                return new BackupStep.Fail("ClaimLost", claim + " is being deleted or has lost its volume");
            }
            case ReadOnly -> {
                return new BackupStep.Fail("ClaimReadOnly", claim + " can only be mounted to be read");
            }
            case OnePod, OneNode, Writable -> {}
        }
        Optional<Member> leader = leader();
        return leader.isEmpty() ? wait(left, "NoQuorum", noQuorum()) : new BackupStep.Start(1, leader.get(), left(now));
    }

    private static BackupStep wait(Duration left, String reason, String message) {
        return left.isPositive()
                ? new BackupStep.Wait(reason, message)
                : new BackupStep.Reject(reason, message + "; gave up waiting");
    }

    /// The next attempt, when its time has come.
    private BackupStep again(BackupAttempt last, String why, Instant failedAt) {
        Duration left = left(observed.attempts().getFirst().startedAt());
        if (!left.isPositive()) {
            return timedOut();
        }
        if (last.number() >= ATTEMPTS_MAX) {
            return new BackupStep.Fail("AttemptsExhausted", "after " + last.number() + " attempts: " + why);
        }
        Optional<Member> leader = leader();
        boolean sameLeader = leader.map(l -> l.name().equals(last.member())).orElse(true);
        if (sameLeader && now.isBefore(failedAt.plus(RETRY_AFTER)) || leader.isEmpty()) {
            return new BackupStep.Follow(last, "will be tried again: " + why);
        }
        return new BackupStep.Start(last.number() + 1, leader.get(), left);
    }

    private BackupStep completed(BackupAttempt attempt, BackupAttempt.Succeeded succeeded) {
        Optional<BackupReport> report = BackupReport.read(succeeded.report());
        String expected = BackupId.of(backup.getMetadata(), attempt.number());
        if (report.isEmpty() || !expected.equals(report.get().backupId())) {
            return new BackupStep.Fail(
                    "ReportUnreadable", "the Job ended well, but its report is not one: " + succeeded.report());
        }
        return new BackupStep.Complete(attempt, report.get());
    }

    private BackupStep timedOut() {
        return new BackupStep.Fail(
                "TimedOut", "not finished within " + backup.getSpec().timeoutOrDefault());
    }

    private static String following(BackupAttempt attempt, BackupAttempt.Running running) {
        String reading = "attempt " + attempt.number() + " reads from " + attempt.member();
        return running.detail().isEmpty() ? reading : reading + "; its pod waits: " + running.detail();
    }

    private static String said(BackupAttempt.Failed failed) {
        return failed.message().isEmpty()
                ? "the backup ended with code " + failed.exitCode() + " and said nothing"
                : failed.message();
    }

    /// Who leads, where there is a quorum.
    private Optional<Member> leader() {
        return observed.ensemble().flatMap(ensemble -> quorum(ensemble)
                .filter(quorum -> quorum.state().equals("Serving"))
                .flatMap(quorum -> members(ensemble).stream()
                        .filter(member -> member.name().equals(quorum.leader()))
                        .findFirst()));
    }

    private String noQuorum() {
        String state = observed.ensemble()
                .flatMap(BackupPlanner::quorum)
                .map(QuorumStatus::state)
                .orElse("Unknown");
        return "Ensemble " + ensembleName() + " has no quorum to read from: " + state;
    }

    private static Optional<QuorumStatus> quorum(Ensemble ensemble) {
        EnsembleStatus status = ensemble.getStatus();
        return status == null ? Optional.empty() : Optional.ofNullable(status.quorum());
    }

    private static List<Member> members(Ensemble ensemble) {
        return Member.of(ensemble.getMetadata().getName(), ensemble.getSpec());
    }

    private String ensembleName() {
        return backup.getSpec().ensembleRef().name();
    }

    private Instant created() {
        return Instant.parse(backup.getMetadata().getCreationTimestamp());
    }

    private Duration left(Instant start) {
        Duration timeout = Durations.parse(backup.getSpec().timeoutOrDefault());
        return timeout.minus(Duration.between(start, now));
    }
}
