package dev.quorate.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.quorate.local.runtime.Processes;
import dev.quorate.local.store.Folders;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A local cluster for a class's tests, with the operator's own client to it, and a kind `Widget`.
final class LocalClusterExtension implements BeforeAllCallback, AfterAllCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private @Nullable Path state;
    private @Nullable LocalCluster cluster;
    private @Nullable KubernetesClient client;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        state = Files.createTempDirectory("quorate-local");
        start();
        client().resource(yaml(resource("/widgets.yaml"))).create();
    }

    void start() throws IOException {
        cluster = LocalCluster.start(state(), Map.of());
        Config config = Config.fromKubeconfig(kubeconfig().toFile());
        config.setRequestTimeout((int) PATIENCE.toMillis());
        client = new KubernetesClientBuilder().withConfig(config).build();
    }

    /// Ends all, as `down` does; what is in the state folder stays.
    void stop() throws IOException {
        client().close();
        if (cluster != null) {
            cluster.close();
        }
        assertThat(Processes.sweep(state())).as("processes left").isZero();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        stop();
        Folders.delete(state());
    }

    Path state() {
        return java.util.Objects.requireNonNull(state);
    }

    Path kubeconfig() {
        return state().resolve("kubeconfig");
    }

    KubernetesClient client() {
        return java.util.Objects.requireNonNull(client);
    }

    static String resource(String name) throws IOException {
        try (var stream = LocalClusterExtension.class.getResourceAsStream(name)) {
            return new String(
                    java.util.Objects.requireNonNull(stream).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    /// In namespace `default`, where it says nothing else.
    static GenericKubernetesResource yaml(String yaml) {
        try {
            GenericKubernetesResource object = new YAMLMapper().readValue(yaml, GenericKubernetesResource.class);
            if (object.getMetadata().getNamespace() == null && !object.getKind().equals("CustomResourceDefinition")) {
                object.getMetadata().setNamespace("default");
            }
            return object;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    GenericKubernetesResource create(String yaml) {
        return client().resource(yaml(yaml)).create();
    }

    /// The object as JSON; missing if it is not there.
    JsonNode get(String apiVersion, String kind, String name) {
        GenericKubernetesResource object = client().genericKubernetesResources(apiVersion, kind)
                .inNamespace("default")
                .withName(name)
                .get();
        return object == null
                ? com.fasterxml.jackson.databind.node.MissingNode.getInstance()
                : new JsonMapper().valueToTree(object);
    }

    /// Waits until the object is so.
    JsonNode await(String apiVersion, String kind, String name, Predicate<JsonNode> condition) {
        return await(() -> get(apiVersion, kind, name), condition);
    }

    static <T> T await(Supplier<T> value, Predicate<T> condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            T present = value.get();
            if (condition.test(present)) {
                return present;
            }
            assertThat(System.nanoTime()).as("still %s", present).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    static boolean isTrue(JsonNode object, String condition) {
        for (JsonNode c : object.at("/status/conditions")) {
            if (c.path("type").asText().equals(condition)) {
                return c.path("status").asText().equals("True");
            }
        }
        return false;
    }
}
