package dev.quorate.operator.desired;

import dev.quorate.crds.Names;
import dev.quorate.crds.ensemble.DisruptionSpec;
import dev.quorate.crds.ensemble.EnsembleSpec;
import dev.quorate.crds.ensemble.PodDisruptionBudgetSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// What the members of an ensemble share: configuration, Services, disruption budget, bootstrap marker.
public final class SharedObjects {
    private SharedObjects() {}

    /// In the order of applying: names and configuration are there before the first pod asks for them.
    public static List<HasMetadata> of(EnsembleIdentity ensemble, EnsembleSpec spec) {
        List<Member> members = Member.of(ensemble.name(), spec);
        List<HasMetadata> objects = new ArrayList<>();
        objects.add(ServerConfiguration.configMap(ensemble, spec.configOrDefault(), members));
        objects.add(membersService(ensemble));
        objects.add(clientService(ensemble));
        objects.add(budget(ensemble, spec.disruptionOrDefault()));
        return objects;
    }

    /// Names of the members, ready or not: they must find each other before any is ready.
    static Service membersService(EnsembleIdentity ensemble) {
        return new ServiceBuilder()
                .withMetadata(
                        ensemble.meta(ObjectNames.membersService(ensemble.name()), ObjectNames.labels(ensemble.name())))
                .withNewSpec()
                .withClusterIP("None")
                .withPublishNotReadyAddresses(true)
                .withSelector(ObjectNames.selector(ensemble.name()))
                .withPorts(
                        port("client", ObjectNames.CLIENT_PORT),
                        port("quorum", ObjectNames.QUORUM_PORT),
                        port("election", ObjectNames.ELECTION_PORT),
                        port("admin", ObjectNames.ADMIN_PORT))
                .endSpec()
                .build();
    }

    /// All members that serve.
    static Service clientService(EnsembleIdentity ensemble) {
        return new ServiceBuilder()
                .withMetadata(
                        ensemble.meta(ObjectNames.clientService(ensemble.name()), ObjectNames.labels(ensemble.name())))
                .withNewSpec()
                .withSelector(ObjectNames.selector(ensemble.name()))
                .withPorts(port("client", ObjectNames.CLIENT_PORT))
                .endSpec()
                .build();
    }

    private static ServicePort port(String name, int port) {
        return new ServicePortBuilder()
                .withName(name)
                .withPort(port)
                .withProtocol("TCP")
                .withTargetPort(new IntOrString(name))
                .build();
    }

    /// Without a budget wanted, one that allows every eviction stands for none: nothing has to be deleted then.
    static PodDisruptionBudget budget(EnsembleIdentity ensemble, DisruptionSpec disruption) {
        PodDisruptionBudgetSpec wanted = disruption.podDisruptionBudget();
        Integer asked = wanted == null ? null : wanted.maxUnavailable();
        IntOrString unavailable =
                disruption.budgetEnabled() ? new IntOrString(asked == null ? 1 : asked) : new IntOrString("100%");
        return new PodDisruptionBudgetBuilder()
                .withMetadata(ensemble.meta(ObjectNames.budget(ensemble.name()), ObjectNames.labels(ensemble.name())))
                .withNewSpec()
                .withMaxUnavailable(unavailable)
                .withSelector(new LabelSelectorBuilder()
                        .addToMatchLabels(ObjectNames.selector(ensemble.name()))
                        .addToMatchLabels(Map.of(Names.ROLE_LABEL, Role.Participant.label()))
                        .build())
                .endSpec()
                .build();
    }

    /// With it an empty disk may vote. There only until the ensemble is initialized.
    public static Secret initializeMarker(EnsembleIdentity ensemble) {
        String content = Base64.getEncoder().encodeToString(ensemble.uid().getBytes(StandardCharsets.UTF_8));
        return new SecretBuilder()
                .withMetadata(ensemble.meta(
                        ObjectNames.initializeSecret(ensemble.name()), ObjectNames.labels(ensemble.name())))
                .withType("Opaque")
                .addToData("initialize", content)
                .build();
    }
}
