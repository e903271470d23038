package dev.quorate.operator.status;

import static dev.quorate.operator.plan.Examples.CREATED;
import static dev.quorate.operator.plan.Examples.completedBackup;
import static dev.quorate.operator.plan.Examples.copy;
import static dev.quorate.operator.plan.Examples.restore;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.restore.EnsembleRestore;
import dev.quorate.crds.restore.EnsembleRestoreStatus;
import dev.quorate.crds.restore.EnsembleRestoreStatus.Result;
import dev.quorate.operator.observe.ClaimState;
import dev.quorate.operator.observe.ObservedRestore;
import dev.quorate.operator.plan.RestoreStep;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RestoreStatusTest {
    private static final Instant NOW = CREATED.plusSeconds(30);
    private static final Result RESULT = new Result(13L, 2L, 1034L);

    private static ObservedRestore observed(@Nullable Ensemble destination) {
        return new ObservedRestore(
                Optional.of(completedBackup()),
                Optional.empty(),
                ClaimState.Writable,
                Optional.ofNullable(destination),
                List.of(),
                List.of());
    }

    static Stream<Arguments> phaseAndConditionsFollowFromTheStep() {
        return Stream.of(
                arguments(new RestoreStep.Wait("BackupNotFound", "no"), null, "Pending", "InProgress", null),
                arguments(new RestoreStep.Create(copy(false)), null, "Seeding", "InProgress", null),
                arguments(
                        new RestoreStep.Follow(RestoreStep.Phase.Seeding, "1 of 3"),
                        copy(false),
                        "Seeding",
                        "InProgress",
                        null),
                arguments(
                        new RestoreStep.Follow(RestoreStep.Phase.Verifying, "2 of 3"),
                        copy(true),
                        "Verifying",
                        "InProgress",
                        null),
                arguments(new RestoreStep.Complete(RESULT), copy(true), "Completed", "Current", "True"),
                arguments(new RestoreStep.Fail("SeedingFailed", "full"), copy(false), "Failed", "Failed", "False"),
                arguments(new RestoreStep.Reject("DestinationExists", "taken"), null, "Rejected", "Failed", null));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void phaseAndConditionsFollowFromTheStep(
            RestoreStep step, @Nullable Ensemble destination, String phase, String kstatus, @Nullable String verified) {
        EnsembleRestoreStatus status = RestoreStatus.of(restore(), observed(destination), step, NOW);
        assertThat(status.phase()).isEqualTo(phase);
        assertThat(Kstatus.of(1, status.observedGeneration(), status.conditionsOrEmpty()))
                .isEqualTo(kstatus);
        assertThat(status.conditionsOrEmpty().stream()
                        .filter(c -> c.getType().equals("Verified"))
                        .map(c -> c.getStatus())
                        .findFirst()
                        .orElse(null))
                .isEqualTo(verified);
        assertThat(status.conditionsOrEmpty())
                .allSatisfy(c -> assertThat(c.getObservedGeneration()).isEqualTo(1));
    }

    @Test
    void whatIsRestoredIsRememberedWhenTheBackupIsGone() {
        EnsembleRestore restore = restore();
        RestoreStep create = new RestoreStep.Create(copy(false));
        restore.setStatus(RestoreStatus.of(restore, observed(null), create, NOW));
        ObservedRestore backupGone = new ObservedRestore(
                Optional.empty(), Optional.empty(), ClaimState.Missing, Optional.of(copy(true)), List.of(), List.of());
        EnsembleRestoreStatus later =
                RestoreStatus.of(restore, backupGone, new RestoreStep.Complete(RESULT), NOW.plusSeconds(5));
        assertThat(later.resolved()).isEqualTo(new EnsembleRestoreStatus.Resolved("01JD", "0x700000009"));
        assertThat(later.result()).isEqualTo(RESULT);
        assertThat(later.startedAt()).isEqualTo(CREATED.toString());
        assertThat(later.completedAt()).isEqualTo("2026-11-22T02:00:35Z");
    }
}
