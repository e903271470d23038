package dev.quorate.e2e.cluster;

import dev.quorate.crds.Names;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.crds.ensemble.QuorumStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// An Ensemble of a test, seen as its user sees it: through the API, and from its client ports.
public final class EnsembleUnderTest {
    public static final int CLIENT_PORT = 2181;

    private final Cluster cluster;
    private final String name;

    public EnsembleUnderTest(Cluster cluster, String name) {
        this.cluster = cluster;
        this.name = name;
    }

    /// Small, quick to restart, and gone with its volumes when it is deleted.
    public static EnsembleUnderTest create(Cluster cluster, String name, int participants) {
        return create(cluster, name, participants, "Delete");
    }

    public static EnsembleUnderTest create(Cluster cluster, String name, int participants, String onDelete) {
        Objects.apply(
                cluster, """
                apiVersion: quorate.dev/v1alpha1
                kind: Ensemble
                metadata: {name: %s}
                spec:
                """.formatted(name) + spec(participants, onDelete).indent(2));
        return new EnsembleUnderTest(cluster, name);
    }

    /// The spec of such an ensemble.
    public static String spec(int participants, String onDelete) {
        return """
                profile: %s
                participants:
                  replicas: %d
                  storage:
                    data: {size: 1Gi}
                    onEnsembleDelete: %s
                  template:
                    spec:
                      terminationGracePeriodSeconds: 30
                      containers:
                        - name: server
                          resources: {limits: {memory: 384Mi}, requests: {memory: 192Mi, cpu: 50m}}
                disruption:
                  updateStrategy: {minReadySeconds: 1}
                """.formatted(participants == 1 ? "Development" : "Production", participants, onDelete);
    }

    public String name() {
        return name;
    }

    public Resource<Ensemble> resource() {
        return cluster.client()
                .resources(Ensemble.class)
                .inNamespace(cluster.namespace())
                .withName(name);
    }

    /// Merges into the object what the JSON says.
    public void patch(String json) {
        resource()
                .patch(
                        io.fabric8.kubernetes.client.dsl.base.PatchContext.of(
                                io.fabric8.kubernetes.client.dsl.base.PatchType.JSON_MERGE),
                        json);
    }

    public EnsembleStatus status() {
        Ensemble ensemble = resource().get();
        return ensemble == null || ensemble.getStatus() == null ? EnsembleStatus.EMPTY : ensemble.getStatus();
    }

    public Optional<Condition> condition(String type) {
        return status().conditionsOrEmpty().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }

    /// As kubectl, Helm and Argo CD judge it: the status is of the present spec, and nothing is under way.
    public boolean isCurrent() {
        Ensemble ensemble = resource().get();
        if (ensemble == null || ensemble.getStatus() == null) {
            return false;
        }
        List<Condition> conditions = ensemble.getStatus().conditionsOrEmpty();
        return ensemble.getMetadata()
                        .getGeneration()
                        .equals(ensemble.getStatus().observedGeneration())
                && conditions.stream()
                        .noneMatch(c ->
                                c.getType().equals("Reconciling") || c.getType().equals("Stalled"))
                && conditions.stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    public EnsembleUnderTest awaitReady() throws Exception {
        Await.until("Ensemble " + name + " is Ready", this::conditions, this::isCurrent);
        return this;
    }

    /// The conditions in words, for messages.
    public String conditions() {
        return status().conditionsOrEmpty().stream()
                .map(c -> c.getType() + "=" + c.getStatus() + " " + c.getReason() + " (" + c.getMessage() + ")")
                .collect(Collectors.joining("; "));
    }

    /// The members' pods that are not about to go, by name.
    public List<Pod> pods() {
        return cluster
                .client()
                .pods()
                .inNamespace(cluster.namespace())
                .withLabel(Names.ENSEMBLE_LABEL, name)
                .list()
                .getItems()
                .stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
                .toList();
    }

    public Pod pod(long memberId) {
        return pods().stream()
                .filter(pod ->
                        pod.getMetadata().getLabels().get(Names.MEMBER_ID_LABEL).equals(Long.toString(memberId)))
                .findFirst()
                .orElseThrow();
    }

    public InetSocketAddress clientAddress(Pod pod) {
        return cluster.address(pod, CLIENT_PORT);
    }

    /// Where the servers are now. For clients that outlive a server, see [Clients].
    public List<InetSocketAddress> servers() {
        return pods().stream()
                .filter(pod -> pod.getStatus().getPodIP() != null)
                .map(this::clientAddress)
                .toList();
    }

    /// The pod whose server says that it leads.
    public Pod leader() throws Exception {
        return Await.value("a leader of " + name, this::conditions, () -> pods().stream()
                .filter(this::leads)
                .findFirst());
    }

    private boolean leads(Pod pod) {
        try {
            return pod.getStatus().getPodIP() != null
                    && Words.ask(clientAddress(pod), "srvr").contains("Mode: leader");
        } catch (IOException notThere) {
            return false;
        }
    }

    public Optional<QuorumStatus> quorum() {
        return Optional.ofNullable(status().quorum());
    }

    public void delete() {
        resource().delete();
    }

    /// The present object, changed, as `kubectl edit` would send it.
    public Ensemble edit(UnaryOperator<Ensemble> change) {
        return resource().edit(change);
    }
}
