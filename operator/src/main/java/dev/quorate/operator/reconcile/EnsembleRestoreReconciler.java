package dev.quorate.operator.reconcile;

import dev.quorate.crds.restore.EnsembleRestore;
import dev.quorate.crds.restore.EnsembleRestoreStatus;
import dev.quorate.operator.act.Decisions;
import dev.quorate.operator.act.NewObjects;
import dev.quorate.operator.observe.ObservedRestore;
import dev.quorate.operator.observe.RestoreObserver;
import dev.quorate.operator.plan.RestorePlanner;
import dev.quorate.operator.plan.RestoreStep;
import dev.quorate.operator.status.RestoreStatus;
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

/// One restore, from its resource to its status. The new ensemble is made here and brought up by its own controller; a
/// finished restore is never touched.
///
/// Errors of the API are retried for as long as they last: without end, for no event comes when it is well again.
@ControllerConfiguration(
        name = "ensemblerestore",
        fieldManager = "ensemble-restore",
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 1, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 1_000, maxInterval = 30_000)
public class EnsembleRestoreReconciler implements Reconciler<EnsembleRestore> {
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final KubernetesClient client;
    private final RestoreObserver observer;

    public EnsembleRestoreReconciler(KubernetesClient client, RestoreObserver observer) {
        this.client = client;
        this.observer = observer;
    }

    @Override
    public UpdateControl<EnsembleRestore> reconcile(EnsembleRestore restore, Context<EnsembleRestore> context) {
        return reconcile(restore, Instant.now());
    }

    UpdateControl<EnsembleRestore> reconcile(EnsembleRestore restore, Instant now) {
        EnsembleRestoreStatus before = restore.getStatus() == null ? EnsembleRestoreStatus.EMPTY : restore.getStatus();
        if (before.finished() || restore.getMetadata().getDeletionTimestamp() != null) {
            return UpdateControl.noUpdate();
        }
        ObservedRestore observed = observer.observe(restore);
        RestoreStep step = RestorePlanner.plan(restore, observed, now);
        if (step instanceof RestoreStep.Create create) {
            switch (NewObjects.create(client, create.ensemble())) {
                case NewObjects.Created created -> {}
                case NewObjects.Present present -> {
                    return UpdateControl.<EnsembleRestore>noUpdate().rescheduleAfter(AGAIN);
                }
                case NewObjects.Refused refused -> step = new RestoreStep.Reject("EnsembleRefused", refused.message());
            }
        }
        EnsembleRestoreStatus after = RestoreStatus.of(restore, observed, step, now);
        Decisions.tell(client, restore, before.conditionsOrEmpty(), after.conditionsOrEmpty(), now);
        UpdateControl<EnsembleRestore> control = after.equals(before)
                ? UpdateControl.noUpdate()
                : UpdateControl.patchStatus(StatusPatch.of(restore, new EnsembleRestore(), after));
        return after.finished() ? control : control.rescheduleAfter(AGAIN);
    }
}
