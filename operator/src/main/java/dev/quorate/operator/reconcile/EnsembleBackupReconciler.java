package dev.quorate.operator.reconcile;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.operator.act.Decisions;
import dev.quorate.operator.act.NewObjects;
import dev.quorate.operator.config.OperatorSettings;
import dev.quorate.operator.desired.BackupJob;
import dev.quorate.operator.desired.ServerImage;
import dev.quorate.operator.observe.BackupObserver;
import dev.quorate.operator.observe.ObservedBackup;
import dev.quorate.operator.plan.BackupPlanner;
import dev.quorate.operator.plan.BackupStep;
import dev.quorate.operator.status.BackupStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/// One backup, from its resource to its status. An unfinished one is looked at again and again; a finished one is never
/// touched.
///
/// Errors of the API are retried for as long as they last: without end, for no event comes when it is well again.
@ControllerConfiguration(
        name = "ensemblebackup",
        fieldManager = "ensemble-backup",
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 1, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 1_000, maxInterval = 30_000)
public class EnsembleBackupReconciler implements Reconciler<EnsembleBackup> {
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final KubernetesClient client;
    private final BackupObserver observer;
    private final OperatorSettings settings;

    public EnsembleBackupReconciler(KubernetesClient client, BackupObserver observer, OperatorSettings settings) {
        this.client = client;
        this.observer = observer;
        this.settings = settings;
    }

    @Override
    public UpdateControl<EnsembleBackup> reconcile(EnsembleBackup backup, Context<EnsembleBackup> context) {
        return reconcile(backup, Instant.now());
    }

    UpdateControl<EnsembleBackup> reconcile(EnsembleBackup backup, Instant now) {
        EnsembleBackupStatus before = backup.getStatus() == null ? EnsembleBackupStatus.EMPTY : backup.getStatus();
        if (before.finished() || backup.getMetadata().getDeletionTimestamp() != null) {
            return UpdateControl.noUpdate();
        }
        ObservedBackup observed = observer.observe(backup);
        BackupStep step = act(backup, observed, BackupPlanner.plan(backup, observed, now));
        EnsembleBackupStatus after = BackupStatus.of(backup, observed, step, now);
        Decisions.tell(client, backup, before.conditionsOrEmpty(), after.conditionsOrEmpty(), now);
        UpdateControl<EnsembleBackup> control = after.equals(before)
                ? UpdateControl.noUpdate()
                : UpdateControl.patchStatus(StatusPatch.of(backup, new EnsembleBackup(), after));
        return after.finished() ? control : control.rescheduleAfter(AGAIN);
    }

    /// The step that was taken in the end.
    private BackupStep act(EnsembleBackup backup, ObservedBackup observed, BackupStep step) {
        if (!(step instanceof BackupStep.Start start)) {
            return step;
        }
        Job job = BackupJob.of(backup, start.attempt(), start.leader(), image(observed), start.deadline());
        return switch (NewObjects.create(client, job)) {
            case NewObjects.Created created -> step;
            case NewObjects.Present present -> step;
            case NewObjects.Refused refused -> new BackupStep.Fail("JobRefused", refused.message());
        };
    }

    /// A Job is started only for an ensemble that is there.
    private ServerImage image(ObservedBackup observed) {
        return ServerImage.of(
                observed.ensemble().map(Ensemble::getSpec).map(s -> s.image()).orElse(null), settings.serverImage());
    }
}
