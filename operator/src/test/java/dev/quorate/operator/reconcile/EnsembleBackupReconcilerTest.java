package dev.quorate.operator.reconcile;

import static dev.quorate.operator.plan.Examples.backup;
import static dev.quorate.operator.plan.Examples.serving;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.operator.desired.BackupId;
import dev.quorate.operator.observe.BackupObserver;
import dev.quorate.operator.status.Kstatus;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.processing.retry.RetryExecution;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnsembleBackupReconcilerTest {
    private EmbeddedApi api;
    private Operator operator;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        api = new EmbeddedApi(folder);
        operator = operator();
    }

    @AfterEach
    void stop() throws IOException {
        operator.stop();
        api.close();
    }

    private Operator operator() {
        return api.operator(
                new EnsembleBackupReconciler(api.client, new BackupObserver(api.client), EmbeddedApi.settings()));
    }

    private EnsembleBackup awaitPhase(String phase) {
        return api.await(
                EnsembleBackup.class,
                "b1",
                b -> b.getStatus() != null && phase.equals(b.getStatus().phase()));
    }

    private Job awaitJob(int attempt) {
        return api.await(Job.class, "b1-backup-" + attempt, job -> true);
    }

    private List<Job> jobs() {
        return api.client
                .batch()
                .v1()
                .jobs()
                .inNamespace(EmbeddedApi.NAMESPACE)
                .list()
                .getItems();
    }

    /// As the Job controller makes it.
    private static Pod podOf(Job job) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(job.getMetadata().getName() + "-abcde")
                .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("batch/v1")
                        .withKind("Job")
                        .withName(job.getMetadata().getName())
                        .withUid(job.getMetadata().getUid())
                        .withController(true)
                        .build())
                .endMetadata()
                .withSpec(job.getSpec().getTemplate().getSpec())
                .build();
    }

    private static String report(EnsembleBackup backup, int attempt) {
        return "{\"format\":1,\"backupId\":\"" + BackupId.of(backup.getMetadata(), attempt)
                + "\",\"zxid\":\"0x700000009\",\"epoch\":7,\"time\":\"2026-11-22T02:00:03Z\",\"znodes\":12,"
                + "\"bytes\":4000,\"ephemeralsStripped\":2,\"sessionsStripped\":1,\"touchedParents\":1,"
                + "\"file\":\"version-2/snapshot.700000009\",\"sha256\":\"abc\"}";
    }

    @Test
    void backupIsReadFromTheLeaderAndTheReportOfItsPodBecomesItsStatus() {
        api.claim("store");
        api.ensemble(serving("prod-m2"));
        EnsembleBackup backup = api.create(backup());
        Job job = awaitJob(1);
        assertThat(job.getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getArgs())
                .contains(
                        "prod-m2-0.prod-members.default.svc.cluster.local:2888", BackupId.of(backup.getMetadata(), 1));
        assertThat(job.getSpec().getBackoffLimit()).isZero();
        assertThat(awaitPhase("Running").getStatus().source())
                .isEqualTo(new EnsembleBackupStatus.Source("prod-m2", "Leader"));
        api.ended(podOf(job), 0, report(backup, 1) + "\n");

        EnsembleBackup done = awaitPhase("Completed");
        EnsembleBackupStatus status = done.getStatus();
        assertThat(status.backupId()).isEqualTo(BackupId.of(backup.getMetadata(), 1));
        assertThat(status.point().zxid()).isEqualTo("0x700000009");
        assertThat(status.contents().ephemeralsStripped()).isEqualTo(2);
        assertThat(status.artifact().sha256()).isEqualTo("abc");
        assertThat(Kstatus.of(
                        done.getMetadata().getGeneration(), status.observedGeneration(), status.conditionsOrEmpty()))
                .isEqualTo("Current");
        assertThat(api.events("b1")).contains("Normal Running", "Normal Completed");
    }

    @Test
    void operatorThatStartsAnewFindsItsJobAndStartsNoSecond() {
        api.claim("store");
        api.ensemble(serving("prod-m2"));
        EnsembleBackup backup = api.create(backup());
        Job job = awaitJob(1);
        operator.stop();
        api.ended(podOf(job), 0, report(backup, 1));
        operator = operator();
        assertThat(awaitPhase("Completed").getStatus().attempts()).isEqualTo(1);
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void finishedBackupStaysAsItIsWhenItsJobIsGoneAndTheOperatorStartsAnew() {
        api.claim("store");
        api.ensemble(serving("prod-m2"));
        EnsembleBackup backup = api.create(backup());
        api.ended(podOf(awaitJob(1)), 0, report(backup, 1));
        EnsembleBackup done = awaitPhase("Completed");
        operator.stop();
        api.client.resource(awaitJob(1)).delete();
        api.awaitGone(Job.class, "b1-backup-1");
        operator = operator();
        // A second backup is served by the new operator: when it runs, the first was looked at too.
        EnsembleBackup second = backup();
        second.getMetadata().setName("b2");
        api.create(second);
        api.await(Job.class, "b2-backup-1", job -> true);
        assertThat(awaitPhase("Completed")).isEqualTo(done);
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void reasonOfAFailureIsWhatTheVerbLeftInTheTerminationMessage() {
        api.claim("store");
        api.ensemble(serving("prod-m2"));
        api.create(backup());
        api.ended(podOf(awaitJob(1)), 1, "quorate-server: /var/lib/quorate/backup: No space left on device\n");
        EnsembleBackup failed = awaitPhase("Failed");
        assertThat(failed.getStatus().error())
                .isEqualTo("quorate-server: /var/lib/quorate/backup: No space left on device");
        assertThat(failed.getStatus().artifact()).isNull();
        assertThat(Kstatus.of(
                        1,
                        failed.getStatus().observedGeneration(),
                        failed.getStatus().conditionsOrEmpty()))
                .isEqualTo("Failed");
        assertThat(api.events("b1")).contains("Warning BackupFailed");
    }

    @Test
    void leaderThatGoesAwayMeanwhileIsReplacedByTheNextOne() {
        api.claim("store");
        Ensemble ensemble = api.ensemble(serving("prod-m2"));
        EnsembleBackup backup = api.create(backup());
        Job first = awaitJob(1);
        ensemble.setStatus(serving("prod-m3").getStatus());
        api.client.resource(ensemble).patchStatus();
        api.ended(podOf(first), 75, "quorate-server: prod-m2-0: connection refused");
        Job second = awaitJob(2);
        assertThat(second.getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getArgs())
                .contains("prod-m3-0.prod-members.default.svc.cluster.local:2888");
        api.ended(podOf(second), 0, report(backup, 2));
        EnsembleBackupStatus status = awaitPhase("Completed").getStatus();
        assertThat(status.attempts()).isEqualTo(2);
        assertThat(status.backupId()).isEqualTo(BackupId.of(backup.getMetadata(), 2));
    }

    @Test
    void errorsOfTheApiAreRetriedWithoutEnd() {
        var configuration =
                operator.getRegisteredController("ensemblebackup").orElseThrow().getConfiguration();
        RetryExecution retry = configuration.getRetry().initExecution();
        for (int i = 0; i < 1_000; i++) {
            assertThat(retry.nextDelay()).as("attempt %d", i).hasValueSatisfying(d -> assertThat(d)
                    .isLessThanOrEqualTo(30_000));
        }
    }

    @Test
    void backupWaitsForItsEnsembleAndTakesItsJobAlongWhenItIsDeleted() {
        api.claim("store");
        api.create(backup());
        EnsembleBackup waiting = awaitPhase("Pending");
        assertThat(waiting.getStatus().conditionsOrEmpty().getFirst().getMessage())
                .isEqualTo("Ensemble prod does not exist");
        api.ensemble(serving("prod-m1"));
        awaitJob(1);
        api.client.resource(waiting).delete();
        api.awaitGone(Job.class, "b1-backup-1");
    }
}
