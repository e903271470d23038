package dev.quorate.e2e.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/// A Kubernetes API with the operator at work in one namespace.
public interface Cluster extends AutoCloseable {
    /// May do anything; the operator may not.
    KubernetesClient client();

    /// Where the operator looks after ensembles.
    String namespace();

    /// Where the operator runs.
    default String operatorNamespace() {
        return namespace();
    }

    /// Where this machine reaches a port of a pod. A pod that comes back may have another address.
    InetSocketAddress address(Pod pod, int port);

    /// Ends the operator that acts, without warning; whoever runs it starts it again.
    void killOperator() throws Exception;

    /// A second operator beside the first, until it is closed; it is up when this returns.
    AutoCloseable standbyOperator() throws Exception;

    /// Which operator acts, "" for none.
    default String leadingOperator() {
        return client().leases().inNamespace(operatorNamespace()).list().getItems().stream()
                .filter(lease -> lease.getMetadata().getName().equals("quorate-operator"))
                .map(lease -> lease.getSpec().getHolderIdentity())
                .filter(holder -> holder != null)
                .findFirst()
                .orElse("");
    }

    /// What the operator has logged since it last started.
    String operatorLog();

    /// A claim in [#namespace] that is bound, and whose volume fails every writer in that way.
    ///
    /// @throws org.opentest4j.TestAbortedException if this cluster cannot make one, naming why
    void brokenClaim(String name, Breakage breakage) throws Exception;

    /// Takes back what [#brokenClaim] did, before the claims are deleted.
    void mendClaims() throws Exception;

    /// What is wrong with a volume.
    enum Breakage {
        READ_ONLY,
        FULL
    }

    @Override
    void close() throws Exception;

    /// The one that `-De2e.cluster` names, running.
    static Cluster start() throws Exception {
        String kind = System.getProperty("e2e.cluster", "embedded");
        return switch (kind) {
            case "embedded" -> EmbeddedCluster.up(checkout());
            case "kubeconfig" -> InstalledCluster.onKubeconfig(checkout());
            case "k3s" -> K3sCluster.up(checkout());
            default ->
                throw new IllegalArgumentException("-De2e.cluster=" + kind + ": must be embedded, kubeconfig or k3s");
        };
    }

    static Path checkout() {
        return Path.of(System.getProperty("e2e.checkout", ".."))
                .toAbsolutePath()
                .normalize();
    }
}
