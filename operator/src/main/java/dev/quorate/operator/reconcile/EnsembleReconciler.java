package dev.quorate.operator.reconcile;

import dev.quorate.crds.Names;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.operator.act.Decisions;
import dev.quorate.operator.act.EnsembleActor;
import dev.quorate.operator.config.OperatorIdentity;
import dev.quorate.operator.config.OperatorSettings;
import dev.quorate.operator.observe.EnsembleObserver;
import dev.quorate.operator.observe.Observed;
import dev.quorate.operator.plan.EnsemblePlan;
import dev.quorate.operator.plan.EnsemblePlanner;
import dev.quorate.operator.plan.Progress;
import dev.quorate.operator.status.EnsembleReport;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// One ensemble: observe, plan, act, report. Changes of its objects wake it up; between them it looks again by itself,
/// often while something is under way. There is no finalizer: what belongs to an Ensemble goes with it.
@GradualRetry(maxAttempts = -1, initialInterval = 1_000, maxInterval = 30_000)
@ControllerConfiguration(
        name = "ensemble",
        fieldManager = "ensemble-controller",
        generationAwareEventProcessing = false)
public class EnsembleReconciler implements Reconciler<Ensemble> {
    private static final List<Class<? extends HasMetadata>> SHARED =
            List.of(ConfigMap.class, Service.class, PodDisruptionBudget.class);
    private static final Duration SOON = Duration.ofMillis(500);
    private static final Duration HELD = Duration.ofSeconds(5);
    private static final Duration AT_REST = Duration.ofSeconds(20);

    private final KubernetesClient client;
    private final EnsembleObserver observer;
    private final EnsembleActor actor;
    private final OperatorSettings settings;
    private final OperatorIdentity self;

    public EnsembleReconciler(
            KubernetesClient client,
            EnsembleObserver observer,
            EnsembleActor actor,
            OperatorSettings settings,
            OperatorIdentity self) {
        this.client = client;
        this.observer = observer;
        this.actor = actor;
        this.settings = settings;
        this.self = self;
    }

    @Override
    public List<EventSource<?, Ensemble>> prepareEventSources(EventSourceContext<Ensemble> context) {
        return Stream.concat(Stream.of(Pod.class, StatefulSet.class), SHARED.stream())
                .<EventSource<?, Ensemble>>map(kind -> owned(kind, context))
                .toList();
    }

    private static <T extends HasMetadata> EventSource<T, Ensemble> owned(
            Class<T> kind, EventSourceContext<Ensemble> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(kind, Ensemble.class)
                        .withLabelSelector(Names.ENSEMBLE_LABEL)
                        .withNamespacesInheritedFromController()
                        .withSecondaryToPrimaryMapper(EnsembleReconciler::ensembleOf)
                        .build(),
                context);
    }

    private static Set<ResourceID> ensembleOf(HasMetadata object) {
        Map<String, String> labels =
                Optional.ofNullable(object.getMetadata().getLabels()).orElse(Map.of());
        String name = labels.get(Names.ENSEMBLE_LABEL);
        return name == null
                ? Set.of()
                : Set.of(new ResourceID(name, object.getMetadata().getNamespace()));
    }

    @Override
    public UpdateControl<Ensemble> reconcile(Ensemble ensemble, Context<Ensemble> context) {
        if (ensemble.getMetadata().getDeletionTimestamp() != null) {
            return UpdateControl.noUpdate();
        }
        List<HasMetadata> shared = SHARED.stream()
                .<HasMetadata>flatMap(context::getSecondaryResourcesAsStream)
                .toList();
        EnsembleStatus before = ensemble.getStatus() == null ? EnsembleStatus.EMPTY : ensemble.getStatus();
        Observed observed = observer.observe(ensemble, shared, before.operation() != null);
        Instant now = Instant.now();
        EnsemblePlan plan = EnsemblePlanner.plan(ensemble, observed, settings.serverImage(), self.name(), now);
        Optional<String> refused = actor.carryOut(ensemble, plan.steps(), now);
        EnsemblePlan told = refused.map(message -> stuck(plan, message)).orElse(plan);
        EnsembleStatus after = EnsembleReport.of(ensemble, observed, told, now);
        Decisions.tell(client, ensemble, before.conditionsOrEmpty(), after.conditionsOrEmpty(), now);
        UpdateControl<Ensemble> control = EnsembleReport.saysTheSame(before, after)
                ? UpdateControl.noUpdate()
                : UpdateControl.patchStatus(StatusPatch.of(ensemble, new Ensemble(), after));
        return control.rescheduleAfter(pace(told));
    }

    private static Duration pace(EnsemblePlan plan) {
        return switch (plan.progress()) {
            case Progress.Current current -> plan.steps().isEmpty() ? AT_REST : SOON;
            case Progress.Underway underway -> SOON;
            case Progress.Stuck stuck -> HELD;
        };
    }

    private static EnsemblePlan stuck(EnsemblePlan plan, String message) {
        return new EnsemblePlan(
                plan.steps(),
                new Progress.Stuck("ApplyRefused", message),
                plan.operation(),
                plan.initialized(),
                plan.restartReasons());
    }
}
