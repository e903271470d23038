package dev.quorate.operator.act;

import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.operator.config.OperatorIdentity;
import dev.quorate.operator.plan.EnsemblePlanner;
import dev.quorate.operator.plan.EnsembleStep;
import dev.quorate.operator.plan.RestartReason;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/// Carries out the steps for an ensemble, in order, and stops at the first that the API refuses.
@ApplicationScoped
public class EnsembleActor {
    private static final int UNPROCESSABLE = 422;
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("ensemble-controller")
            .withForce(true)
            .build();

    private static final Logger LOG = Logger.getLogger(EnsembleActor.class);

    private final KubernetesClient client;
    private final OperatorIdentity self;

    public EnsembleActor(KubernetesClient client, OperatorIdentity self) {
        this.client = client;
        this.self = self;
    }

    /// What the API said where it refused a step, empty when all were taken. A conflict is no refusal: the next
    /// observation tells more.
    ///
    /// @throws KubernetesClientException where the API is not well; nothing is known of the step then
    public Optional<String> carryOut(Ensemble ensemble, List<EnsembleStep> steps, Instant now) {
        for (EnsembleStep step : steps) {
            try {
                Optional<String> refused = carryOut(ensemble, step, now);
                if (refused.isPresent()) {
                    return refused;
                }
            } catch (KubernetesClientException e) {
                switch (e.getCode()) {
                    case HttpURLConnection.HTTP_CONFLICT, HttpURLConnection.HTTP_NOT_FOUND -> {}
                    case HttpURLConnection.HTTP_BAD_REQUEST, HttpURLConnection.HTTP_FORBIDDEN, UNPROCESSABLE -> {
                        return Optional.of(name(step) + ": "
                                + (e.getStatus() == null
                                        ? String.valueOf(e.getMessage())
                                        : e.getStatus().getMessage()));
                    }
                    default -> throw e;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> carryOut(Ensemble ensemble, EnsembleStep step, Instant now) {
        switch (step) {
            case EnsembleStep.Apply apply -> apply(apply.object());
            case EnsembleStep.PlaceMarker marker -> {
                // Placed again after the bootstrap it would let an empty disk vote (I9).
                if (isInitialized(ensemble)) {
                    return Optional.empty();
                }
                // Members made without it could never vote, so nothing goes on before it is there.
                if (NewObjects.create(client, marker.marker()) instanceof NewObjects.Refused refused) {
                    return Optional.of(refused.message());
                }
            }
            case EnsembleStep.RemoveMarker marker ->
                client.secrets()
                        .inNamespace(ensemble.getMetadata().getNamespace())
                        .withName(marker.secret())
                        .delete();
            case EnsembleStep.Restart restart -> restart(ensemble, restart, now);
        }
        return Optional.empty();
    }

    private void apply(HasMetadata object) {
        client.resource(object).patch(APPLY);
    }

    /// A plain delete and no eviction: the budget lacks what the judge knows, and blocks the repair of a broken pod.
    private void restart(Ensemble ensemble, EnsembleStep.Restart restart, Instant now) {
        if (!isStillOurs(ensemble, restart.set().member().name())) {
            LOG.warnf(
                    "%s is not restarted by %s: that is not what status.operation says any more",
                    restart.set().member().name(), self.name());
            return;
        }
        apply(restart.set().object());
        Decisions.say(
                client,
                ensemble,
                "MemberRestarting",
                restart.set().member().name() + " is restarted: "
                        + String.join(
                                ", ",
                                restart.reasons().stream()
                                        .map(RestartReason::name)
                                        .toList()),
                false,
                now);
        // Of this very pod and of no later one; the client's own delete knows no such condition.
        DeleteOptions options = new DeleteOptionsBuilder()
                .withNewPreconditions()
                .withUid(restart.podUid())
                .endPreconditions()
                .build();
        client.raw(
                "/api/v1/namespaces/" + ensemble.getMetadata().getNamespace() + "/pods/"
                        + restart.set().member().pod(),
                "DELETE",
                options);
    }

    /// Read anew and from the API: another operator may lead by now without this one having noticed (I1).
    private boolean isStillOurs(Ensemble planned, String member) {
        return status(planned)
                .map(EnsembleStatus::operation)
                .filter(operation ->
                        operation.member().equals(member) && self.name().equals(operation.operator()))
                .isPresent();
    }

    private boolean isInitialized(Ensemble planned) {
        return status(planned).filter(EnsemblePlanner::isInitialized).isPresent();
    }

    private Optional<EnsembleStatus> status(Ensemble planned) {
        return Optional.ofNullable(client.resources(Ensemble.class)
                        .inNamespace(planned.getMetadata().getNamespace())
                        .withName(planned.getMetadata().getName())
                        .get())
                .filter(e ->
                        e.getMetadata().getUid().equals(planned.getMetadata().getUid()))
                .map(Ensemble::getStatus);
    }

    private static String name(EnsembleStep step) {
        return switch (step) {
            case EnsembleStep.Apply apply ->
                apply.object().getKind() + " " + apply.object().getMetadata().getName();
            case EnsembleStep.PlaceMarker marker ->
                "Secret " + marker.marker().getMetadata().getName();
            case EnsembleStep.RemoveMarker marker -> "Secret " + marker.secret();
            case EnsembleStep.Restart restart ->
                "restart of " + restart.set().member().name();
        };
    }
}
