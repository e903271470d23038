package dev.quorate.e2e.cluster;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.restore.EnsembleRestore;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.TestAbortedException;

/// One cluster for the whole run; one class at a time has it to itself.
final class ClusterExtension
        implements BeforeAllCallback, ParameterResolver, AfterTestExecutionCallback, AfterAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(ClusterExtension.class);

    /// Started once; a start that failed is told to every class and not tried again.
    private record Started(Cluster cluster, Throwable failure) implements AutoCloseable {
        static Started now() {
            try {
                return new Started(Cluster.start(), null);
            } catch (Throwable e) {
                return new Started(null, e);
            }
        }

        @Override
        public void close() throws Exception {
            if (cluster != null) {
                cluster.close();
            }
        }
    }

    private static Started started(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Started.class, unused -> Started.now(), Started.class);
    }

    /// A cluster that cannot be had here skips the class; thrown while a parameter is resolved it would be a failure.
    @Override
    public void beforeAll(ExtensionContext context) {
        if (started(context).failure() instanceof TestAbortedException skipped) {
            throw skipped;
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Started started = started(context);
        if (started.failure() != null) {
            throw ClusterExtension.<RuntimeException>unchecked(started.failure());
        }
        return started.cluster();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E unchecked(Throwable failure) throws E {
        throw (E) failure;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        Cluster cluster = started(context).cluster();
        if (cluster != null && context.getExecutionException().isPresent()) {
            Path folder = Cluster.checkout()
                    .resolve("e2e/target/failures")
                    .resolve(context.getRequiredTestClass().getSimpleName() + "."
                            + context.getRequiredTestMethod().getName());
            System.out.println("what is known of the failure: " + folder);
            Postmortem.write(cluster, folder);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        Cluster cluster = started(context).cluster();
        if (cluster == null) {
            return;
        }
        KubernetesClient client = cluster.client();
        String namespace = cluster.namespace();
        client.resources(EnsembleRestore.class).inNamespace(namespace).delete();
        client.resources(EnsembleBackup.class).inNamespace(namespace).delete();
        client.resources(Ensemble.class).inNamespace(namespace).delete();
        Await.until(
                "the ensembles of " + context.getDisplayName() + " are gone",
                () -> client.apps().statefulSets().inNamespace(namespace).list().getItems().stream()
                        .map(set -> set.getMetadata().getName())
                        .toList(),
                () -> client.apps()
                                .statefulSets()
                                .inNamespace(namespace)
                                .list()
                                .getItems()
                                .isEmpty()
                        && client.pods()
                                .inNamespace(namespace)
                                .withLabel("app.kubernetes.io/managed-by", "quorate-operator")
                                .list()
                                .getItems()
                                .isEmpty());
        cluster.mendClaims();
        client.persistentVolumeClaims().inNamespace(namespace).delete();
    }
}
