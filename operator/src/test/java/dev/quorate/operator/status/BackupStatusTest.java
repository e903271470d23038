package dev.quorate.operator.status;

import static dev.quorate.operator.plan.Examples.CREATED;
import static dev.quorate.operator.plan.Examples.backup;
import static dev.quorate.operator.plan.Examples.serving;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.operator.desired.BackupId;
import dev.quorate.operator.desired.Member;
import dev.quorate.operator.observe.BackupAttempt;
import dev.quorate.operator.observe.ClaimState;
import dev.quorate.operator.observe.ObservedBackup;
import dev.quorate.operator.plan.BackupReport;
import dev.quorate.operator.plan.BackupStep;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BackupStatusTest {
    private static final Instant NOW = CREATED.plusSeconds(30);
    private static final BackupAttempt ATTEMPT = new BackupAttempt(
            1, "prod-m2", CREATED.plusSeconds(2), new BackupAttempt.Succeeded("", CREATED.plusSeconds(9)));
    private static final ObservedBackup OBSERVED =
            new ObservedBackup(Optional.of(serving("prod-m2")), ClaimState.Writable, List.of(ATTEMPT));
    private static final ObservedBackup NOTHING = new ObservedBackup(Optional.empty(), ClaimState.Missing, List.of());

    private static BackupReport report() {
        return new BackupReport(
                BackupId.of(backup().getMetadata(), 1), "0x700000009", 7, null, 12, 4000, 2, 1, 1, "abc");
    }

    private static Member leader() {
        return Member.of("prod", serving("prod-m2").getSpec()).get(1);
    }

    static Stream<Arguments> phaseAndConditionsFollowFromTheStep() {
        return Stream.of(
                arguments(new BackupStep.Wait("NoQuorum", "no"), NOTHING, "Pending", "InProgress", "NoQuorum"),
                arguments(
                        new BackupStep.Start(1, leader(), Duration.ofMinutes(9)),
                        NOTHING,
                        "Running",
                        "InProgress",
                        "Running"),
                arguments(new BackupStep.Follow(ATTEMPT, "reads"), OBSERVED, "Running", "InProgress", "Running"),
                arguments(new BackupStep.Complete(ATTEMPT, report()), OBSERVED, "Completed", "Current", "Completed"),
                arguments(new BackupStep.Fail("BackupFailed", "full"), OBSERVED, "Failed", "Failed", "BackupFailed"),
                arguments(
                        new BackupStep.Reject("EnsembleNotFound", "none"),
                        NOTHING,
                        "Rejected",
                        "Failed",
                        "EnsembleNotFound"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void phaseAndConditionsFollowFromTheStep(
            BackupStep step, ObservedBackup observed, String phase, String kstatus, String reason) {
        EnsembleBackupStatus status = BackupStatus.of(backup(), observed, step, NOW);
        assertThat(status.phase()).isEqualTo(phase);
        assertThat(Kstatus.of(1, status.observedGeneration(), status.conditionsOrEmpty()))
                .isEqualTo(kstatus);
        assertThat(status.conditionsOrEmpty().getFirst().getType()).isEqualTo("Ready");
        assertThat(status.conditionsOrEmpty()).allSatisfy(c -> {
            assertThat(c.getReason()).isEqualTo(reason);
            assertThat(c.getObservedGeneration()).isEqualTo(1);
        });
        assertThat(status.artifact() != null)
                .as("an artifact only of a whole backup")
                .isEqualTo(status.completed());
    }

    @Test
    void completedStatusHasAllThatARestoreNeeds() {
        EnsembleBackupStatus status =
                BackupStatus.of(backup(), OBSERVED, new BackupStep.Complete(ATTEMPT, report()), NOW);
        String id = BackupId.of(backup().getMetadata(), 1);
        assertThat(status.backupId()).isEqualTo(id);
        assertThat(status.artifact()).isEqualTo(new EnsembleBackupStatus.Artifact("store", id, "abc"));
        assertThat(status.point()).isEqualTo(new EnsembleBackupStatus.Point(7L, "0x700000009", null));
        assertThat(status.contents()).isEqualTo(new EnsembleBackupStatus.Contents(12, 4000L, 2, 1, 1L));
        assertThat(status.startedAt()).isEqualTo("2026-11-22T02:00:02Z");
        assertThat(status.completedAt()).isEqualTo("2026-11-22T02:00:09Z");
    }

    @Test
    void statusThatIsMadeAgainLaterIsTheSame() {
        BackupStep step = new BackupStep.Follow(ATTEMPT, "reads");
        EnsembleBackup backup = backup();
        backup.setStatus(BackupStatus.of(backup, OBSERVED, step, NOW));
        assertThat(BackupStatus.of(backup, OBSERVED, step, NOW.plusSeconds(100)))
                .as("nothing to write")
                .isEqualTo(backup.getStatus());
    }

    @Test
    void failureKeepsTheIdentityOfTheAttemptAndWhenTheConditionChanged() {
        EnsembleBackup backup = backup();
        backup.setStatus(BackupStatus.of(backup, OBSERVED, new BackupStep.Follow(ATTEMPT, "reads"), NOW));
        EnsembleBackupStatus failed =
                BackupStatus.of(backup, OBSERVED, new BackupStep.Fail("BackupFailed", "full"), NOW.plusSeconds(5));
        assertThat(failed.error()).isEqualTo("full");
        assertThat(failed.startedAt()).isEqualTo("2026-11-22T02:00:02Z");
        assertThat(failed.backupId()).isEqualTo(backup.getStatus().backupId());
        Condition ready = failed.conditionsOrEmpty().getFirst();
        assertThat(ready.getLastTransitionTime())
                .as("it was not Ready before either")
                .isEqualTo(NOW.toString());
        assertThat(failed.conditionsOrEmpty().get(1).getLastTransitionTime())
                .isEqualTo(NOW.plusSeconds(5).toString());
    }
}
