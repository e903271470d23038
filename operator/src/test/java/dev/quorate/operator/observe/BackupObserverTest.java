package dev.quorate.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What Jobs and pods look like in a cluster, and what is read out of them.
class BackupObserverTest {
    private static final Instant AT = Instant.parse("2026-11-22T02:00:09Z");

    private static Job job(@Nullable String condition, @Nullable String reason) {
        JobBuilder job = new JobBuilder()
                .withNewMetadata()
                .withName("b1-backup-2")
                .withUid("job")
                .withCreationTimestamp("2026-11-22T02:00:02Z")
                .addToLabels("quorate.dev/backup-attempt", "2")
                .addToAnnotations("quorate.dev/source-member", "prod-m2")
                .endMetadata()
                .withNewStatus()
                .endStatus();
        return condition == null
                ? job.build()
                : job.editStatus()
                        .addNewCondition()
                        .withType(condition)
                        .withStatus("True")
                        .withReason(reason)
                        .withLastTransitionTime(AT.toString())
                        .endCondition()
                        .endStatus()
                        .build();
    }

    private static Pod pod(ContainerStateBuilder state) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("b1-backup-2-abcde")
                .withCreationTimestamp("2026-11-22T02:00:03Z")
                .endMetadata()
                .withNewStatus()
                .addNewContainerStatus()
                .withName("backup")
                .withState(state.build())
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static Pod waiting(String reason, @Nullable String message) {
        return pod(new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(reason)
                .withMessage(message)
                .endWaiting());
    }

    private static Pod ended(int code, @Nullable String message) {
        return pod(new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(code)
                .withMessage(message)
                .withFinishedAt(AT.toString())
                .endTerminated());
    }

    private static Pod unschedulable() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("b1-backup-2-abcde")
                .withCreationTimestamp("2026-11-22T02:00:03Z")
                .endMetadata()
                .withNewStatus()
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("False")
                .withReason("Unschedulable")
                .withMessage("0/1 nodes are available: persistentvolumeclaim \"store\" not found.")
                .endCondition()
                .endStatus()
                .build();
    }

    static Stream<Arguments> states() {
        Job runs = job(null, null);
        Job failed = job("Failed", "BackoffLimitExceeded");
        String logTail = "starting\nquorate-server: /var/lib/quorate/backup: Read-only file system\n\n";
        return Stream.of(
                arguments("no pod yet", runs, List.of(), new BackupAttempt.Running("")),
                arguments("starting", runs, List.of(waiting("ContainerCreating", null)), new BackupAttempt.Running("")),
                arguments(
                        "no image",
                        runs,
                        List.of(waiting("ErrImagePull", "not found\n")),
                        new BackupAttempt.Running("ErrImagePull: not found")),
                arguments(
                        "no node",
                        runs,
                        List.of(unschedulable()),
                        new BackupAttempt.Running(
                                "0/1 nodes are available: persistentvolumeclaim \"store\" not found.")),
                arguments(
                        "ended well, the Job does not know yet",
                        runs,
                        List.of(ended(0, "{\"format\":1}\n")),
                        new BackupAttempt.Succeeded("{\"format\":1}", AT)),
                arguments(
                        "failed, and left its log's tail",
                        failed,
                        List.of(ended(1, logTail)),
                        new BackupAttempt.Failed(
                                1, "quorate-server: /var/lib/quorate/backup: Read-only file system", AT)),
                arguments("killed", failed, List.of(ended(137, null)), new BackupAttempt.Failed(137, "", AT)),
                arguments("too slow", job("Failed", "DeadlineExceeded"), List.of(), new BackupAttempt.TimedOut()),
                arguments(
                        "pod deleted",
                        failed,
                        List.of(),
                        new BackupAttempt.Lost("the pod of Job b1-backup-2 is gone and left no report", AT)),
                arguments(
                        "pod deleted after it ended well",
                        job("Complete", "CompletionsReached"),
                        List.of(),
                        new BackupAttempt.Lost("the pod of Job b1-backup-2 is gone and left no report", AT)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("states")
    void stateOfAnAttemptIsReadFromItsPodAndOtherwiseFromItsJob(
            String name, Job job, List<Pod> pods, BackupAttempt.State expected) {
        assertThat(BackupObserver.attempt(job, pods))
                .isEqualTo(new BackupAttempt(2, "prod-m2", Instant.parse("2026-11-22T02:00:02Z"), expected));
    }

    @Test
    void claimThatCanOnlyBeReadOrIsGoingAwayIsNotWritable() {
        PersistentVolumeClaimBuilder claim =
                new PersistentVolumeClaimBuilder().withNewMetadata().endMetadata();
        assertThat(Claims.state(null)).isEqualTo(ClaimState.Missing);
        assertThat(Claims.state(modes(claim, "ReadOnlyMany").build())).isEqualTo(ClaimState.ReadOnly);
        assertThat(Claims.state(modes(claim, "ReadOnlyMany", "ReadWriteOnce").build()))
                .isEqualTo(ClaimState.Writable);
        assertThat(Claims.state(modes(claim, "ReadWriteMany").build())).isEqualTo(ClaimState.Writable);
        assertThat(Claims.state(modes(claim, "ReadWriteOnce").build())).isEqualTo(ClaimState.OneNode);
        assertThat(Claims.state(modes(claim, "ReadWriteOncePod").build())).isEqualTo(ClaimState.OnePod);
        assertThat(Claims.state(modes(claim, "ReadWriteOnce")
                        .withNewStatus()
                        .withPhase("Lost")
                        .endStatus()
                        .build()))
                .isEqualTo(ClaimState.Lost);
    }

    private static PersistentVolumeClaimBuilder modes(PersistentVolumeClaimBuilder claim, String... modes) {
        return claim.withNewSpec().withAccessModes(modes).endSpec();
    }
}
