package dev.quorate.operator.reconcile;

import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.local.api.ApiServer;
import dev.quorate.operator.config.OperatorSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The API server of the embedded mode without its controllers: the test plays them. Operators can be started on it,
/// and stopped, as often as a test likes.
final class EmbeddedApi implements AutoCloseable {
    static final String NAMESPACE = "default";
    private static final int PATIENCE_SECONDS = 120;

    private final ApiServer server;
    final KubernetesClient client;

    EmbeddedApi(Path folder) throws IOException {
        Path kubeconfig = folder.resolve("kubeconfig");
        server = ApiServer.start(folder, "127.0.0.1", freePort(), kubeconfig);
        client = newClient(kubeconfig);
        for (Path definition : definitions()) {
            try (InputStream yaml = Files.newInputStream(definition)) {
                client.load(yaml).serverSideApply();
            }
        }
    }

    private static KubernetesClient newClient(Path kubeconfig) {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
                .build();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private static List<Path> definitions() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("..", "deploy", "crds"))) {
            return files.filter(f -> f.toString().endsWith(".quorate.dev.yaml"))
                    .sorted()
                    .toList();
        }
    }

    /// As another process would have.
    KubernetesClient anotherClient() {
        return new KubernetesClientBuilder()
                .withConfig(client.getConfiguration())
                .build();
    }

    Operator operator(Reconciler<?> reconciler) {
        Operator operator =
                new Operator(o -> o.withKubernetesClient(anotherClient()).withCloseClientOnStop(true));
        operator.register(reconciler);
        operator.start();
        return operator;
    }

    <R extends HasMetadata> R create(R object) {
        object.getMetadata().setNamespace(NAMESPACE);
        object.getMetadata().setUid(null);
        object.getMetadata().setCreationTimestamp(null);
        object.getMetadata().setGeneration(null);
        return client.resource(object).create();
    }

    /// With its status, which the ensemble's own controller would write.
    Ensemble ensemble(Ensemble ensemble) {
        EnsembleStatus status = ensemble.getStatus();
        Ensemble created = create(ensemble);
        created.setStatus(status);
        return client.resource(created).patchStatus();
    }

    PersistentVolumeClaim claim(String name) {
        return create(new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteMany")
                .withNewResources()
                .addToRequests("storage", new Quantity("1Gi"))
                .endResources()
                .endSpec()
                .build());
    }

    /// What the kubelet writes when a container that runs once has ended.
    void ended(Pod pod, int exitCode, String message) {
        Pod created = create(pod);
        created.setStatus(new PodStatusBuilder()
                .withPhase(exitCode == 0 ? "Succeeded" : "Failed")
                .addNewContainerStatus()
                .withName(pod.getSpec().getContainers().getFirst().getName())
                .withNewState()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withMessage(message)
                .withFinishedAt(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .endTerminated()
                .endState()
                .endContainerStatus()
                .build());
        client.resource(created).patchStatus();
    }

    <R extends HasMetadata> R await(Class<R> type, String name, Predicate<R> condition) {
        return client.resources(type)
                .inNamespace(NAMESPACE)
                .withName(name)
                .waitUntilCondition(o -> o != null && condition.test(o), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    <R extends HasMetadata> void awaitGone(Class<R> type, String name) {
        client.resources(type)
                .inNamespace(NAMESPACE)
                .withName(name)
                .waitUntilCondition(o -> o == null, PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    List<String> events(String name) {
        return client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .filter(e -> e.getInvolvedObject().getName().equals(name))
                .map(e -> e.getType() + " " + e.getReason())
                .toList();
    }

    static OperatorSettings settings() {
        return new OperatorSettings() {
            @Override
            public String serverImage() {
                return "quorate/ensemble-server:test";
            }

            @Override
            public Duration adminTimeout() {
                return Duration.ofSeconds(30);
            }

            @Override
            public Duration commitTimeout() {
                return Duration.ofSeconds(30);
            }
        };
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }
}
