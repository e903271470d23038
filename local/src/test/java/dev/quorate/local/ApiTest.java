package dev.quorate.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The rules of the Kubernetes API, asked for with the operator's client.
final class ApiTest {
    private static final String V = "demo.example/v1";

    @RegisterExtension
    static final LocalClusterExtension CLUSTER = new LocalClusterExtension();

    private static GenericKubernetesResource widget(String name, String spec) {
        return LocalClusterExtension.yaml(
                "{apiVersion: demo.example/v1, kind: Widget, metadata: {name: " + name + "}, spec: " + spec + "}");
    }

    private static GenericKubernetesResource create(String name, String spec) {
        return CLUSTER.client().resource(widget(name, spec)).create();
    }

    private static GenericKubernetesResource apply(String name, String spec, String manager, boolean force) {
        return CLUSTER.client()
                .resource(widget(name, spec))
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager(manager)
                        .withForce(force)
                        .build());
    }

    private static GenericKubernetesResource patch(String name, PatchType type, String patch) {
        return CLUSTER.client()
                .genericKubernetesResources(V, "Widget")
                .inNamespace("default")
                .withName(name)
                .patch(PatchContext.of(type), patch);
    }

    private static JsonNode get(String name) {
        return CLUSTER.get(V, "Widget", name);
    }

    private static void refused(ThrowingCallable call, int code, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(KubernetesClientException.class, e -> assertThat(e.getCode())
                        .isEqualTo(code))
                .hasMessageContaining(message);
    }

    @Test
    void defaultsComeAndUnknownFieldsGo() {
        create("defaults", "{replicas: 1, bogus: 2, ports: [{name: a}], free: {x: {y: 1}}}");
        assertThat(get("defaults").path("spec"))
                .hasToString(
                        "{\"replicas\":1,\"ports\":[{\"name\":\"a\",\"port\":80}],\"free\":{\"x\":{\"y\":1}},\"mode\":\"A\"}");
    }

    @Test
    void invalidFieldsAreRefusedWithTheirPath() {
        refused(() -> create("bad", "{}"), 422, "spec.replicas: Required value");
        refused(
                () -> create("bad", "{replicas: 0, mode: C, version: x}"),
                422,
                "spec.replicas in body should be greater than or equal to 1,");
        refused(
                () -> create("bad", "{replicas: 1, mode: C}"),
                422,
                "Unsupported value: \"C\": supported values: \"A\", \"B\"");
        refused(
                () -> create("bad", "{replicas: 1, version: x}"),
                422,
                "spec.version in body should match '^\\d+\\.\\d+$'");
        refused(
                () -> create("bad", "{replicas: 1, ports: [{name: a}, {name: a}]}"),
                422,
                "spec.ports[1]: Duplicate value");
        refused(() -> create("Bad_Name", "{replicas: 1}"), 422, "metadata.name: Invalid value: \"Bad_Name\"");
        refused(
                () -> create("bad", "{replicas: many}"),
                422,
                "spec.replicas in body must be of type integer: \"string\"");
    }

    @Test
    void rulesAreCheckedAtCreationAndAgainstTheOldState() {
        refused(
                () -> create("rules", "{replicas: 2}"),
                422,
                "spec.replicas: Invalid value: \"object\": replicas must be odd");
        create("rules", "{replicas: 1}");
        refused(
                () -> patch("rules", PatchType.JSON_MERGE, "{\"spec\":{\"mode\":\"B\"}}"),
                422,
                "spec: Forbidden: mode cannot change");
    }

    @Test
    void appliersConflictOverDifferentValuesOnly() {
        apply("owners", "{replicas: 1, tags: [a], ports: [{name: x, port: 1}]}", "one", false);
        apply("owners", "{replicas: 1, tags: [b], ports: [{name: y, port: 2}]}", "two", false);
        assertThat(get("owners").at("/spec/tags")).hasToString("[\"a\",\"b\"]");
        assertThat(get("owners").at("/spec/ports")).hasSize(2);
        refused(
                () -> apply("owners", "{replicas: 3, ports: [{name: x, port: 9}]}", "two", false),
                409,
                "Apply failed with 2 conflicts: conflict with \"one\": .spec.ports[name=\"x\"].port\nconflict with \"one\": .spec.replicas");
        apply("owners", "{replicas: 3}", "two", true);
        assertThat(get("owners").at("/spec/replicas").asInt()).isEqualTo(3);
        assertThat(get("owners").at("/spec/ports")).as("two no longer wants y").hasSize(1);
        assertThat(get("owners").at("/spec/tags")).hasToString("[\"a\"]");
    }

    @Test
    void applyingTheSameAgainWritesNothing() {
        String spec = "{replicas: 1, free: {a: {b: 1}}}";
        apply("same", spec, "one", true);
        assertThat(apply("same", spec, "one", true).getMetadata().getResourceVersion())
                .isEqualTo(get("same").at("/metadata/resourceVersion").asText())
                .isEqualTo(apply("same", spec, "one", true).getMetadata().getResourceVersion());
    }

    @Test
    void staleWriteIsRefusedAndGenerationFollowsTheSpec() {
        GenericKubernetesResource first = create("stale", "{replicas: 1}");
        patch("stale", PatchType.JSON_MERGE, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}");
        assertThat(get("stale").at("/metadata/generation").asInt()).isEqualTo(1);
        refused(() -> CLUSTER.client().resource(first).update(), 409, "the object has been modified");
        refused(
                () -> patch(
                        "stale",
                        PatchType.JSON,
                        "[{\"op\":\"add\",\"path\":\"/metadata/resourceVersion\",\"value\":\"1\"}]"),
                409,
                "the object has been modified");
        patch("stale", PatchType.JSON, "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":3}]");
        assertThat(get("stale").at("/metadata/generation").asInt()).isEqualTo(2);
        refused(
                () -> patch("stale", PatchType.JSON, "[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":1}]"),
                422,
                "the server rejected our request");
    }

    @Test
    void statusIsWrittenApart() {
        GenericKubernetesResource object = create("status", "{replicas: 1}");
        object.setAdditionalProperty("status", java.util.Map.of("phase", "Fine"));
        object.getMetadata().setLabels(java.util.Map.of("a", "b"));
        CLUSTER.client().resource(object).updateStatus();
        assertThat(get("status").at("/status/phase").asText()).isEqualTo("Fine");
        assertThat(get("status").at("/metadata").has("labels")).isFalse();
        patch("status", PatchType.JSON_MERGE, "{\"status\":{\"phase\":\"Bad\"}}");
        assertThat(get("status").at("/status/phase").asText()).isEqualTo("Fine");
    }

    @Test
    void scaleIsAViewOfTheSpec() {
        create("scaled", "{replicas: 1}");
        CLUSTER.client()
                .genericKubernetesResources(V, "Widget")
                .inNamespace("default")
                .withName("scaled")
                .scale(5);
        assertThat(get("scaled").at("/spec/replicas").asInt()).isEqualTo(5);
    }

    @Test
    void finalizerHoldsTheObject() {
        GenericKubernetesResource object = widget("held", "{replicas: 1}");
        object.getMetadata().setFinalizers(List.of("demo.example/hold"));
        CLUSTER.client().resource(object).create();
        CLUSTER.client().resource(object).delete();
        assertThat(get("held").at("/metadata/deletionTimestamp").asText()).isNotEmpty();
        assertThat(get("held").at("/metadata/generation").asInt()).isEqualTo(2);
        patch("held", PatchType.JSON, "[{\"op\":\"remove\",\"path\":\"/metadata/finalizers\"}]");
        assertThat(get("held").isMissingNode()).isTrue();
    }

    @Test
    void dependentsGoWithTheirOwner() {
        GenericKubernetesResource owner = create("owner", "{replicas: 1}");
        ConfigMap dependent = new ConfigMapBuilder()
                .withNewMetadata()
                .withName("dependent")
                .withNamespace("default")
                .addNewOwnerReference()
                .withApiVersion(V)
                .withKind("Widget")
                .withName("owner")
                .withUid(owner.getMetadata().getUid())
                .withBlockOwnerDeletion(true)
                .endOwnerReference()
                .endMetadata()
                .build();
        CLUSTER.client().resource(dependent).create();
        CLUSTER.client()
                .resource(owner)
                .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                .delete();
        CLUSTER.await("v1", "ConfigMap", "dependent", JsonNode::isMissingNode);
        CLUSTER.await(V, "Widget", "owner", JsonNode::isMissingNode);
    }

    @Test
    void watcherSeesWhatItsSelectorTakes() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (var watch = CLUSTER.client()
                .genericKubernetesResources(V, "Widget")
                .inNamespace("default")
                .withLabel("watched", "yes")
                .watch(new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, GenericKubernetesResource object) {
                        seen.add(action + " " + object.getMetadata().getName());
                    }

                    @Override
                    public void onClose(WatcherException cause) {
                        seen.add("closed");
                    }
                })) {
            create("unwatched", "{replicas: 1}");
            create("watched", "{replicas: 1}");
            patch("watched", PatchType.JSON_MERGE, "{\"metadata\":{\"labels\":{\"watched\":\"yes\"}}}");
            patch("watched", PatchType.JSON_MERGE, "{\"spec\":{\"replicas\":3}}");
            patch("watched", PatchType.JSON_MERGE, "{\"metadata\":{\"labels\":null}}");
            LocalClusterExtension.await(() -> List.copyOf(seen), s -> s.size() >= 3);
        }
        assertThat(seen.subList(0, 3)).containsExactly("ADDED watched", "MODIFIED watched", "DELETED watched");
    }

    @Test
    void builtInKindsHaveTheirDefaultsAndImmutableFields() {
        CLUSTER.create("{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: b}, immutable: true}");
        JsonNode secret = CLUSTER.get("v1", "Secret", "s");
        assertThat(secret.path("type").asText()).isEqualTo("Opaque");
        assertThat(secret.at("/data/a").asText()).isEqualTo("Yg==");
        assertThat(secret.has("stringData")).isFalse();
        refused(
                () -> CLUSTER.client()
                        .secrets()
                        .inNamespace("default")
                        .withName("s")
                        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"a\":\"Yw==\"}}"),
                422,
                "field is immutable when `immutable` is set");
    }

    @Test
    void listKeysOfBuiltInKindsMergeByName() {
        CLUSTER.create(
                "{apiVersion: v1, kind: Service, metadata: {name: ports}, spec: {clusterIP: None, ports: [{name: a, port: 1}, {name: b, port: 2}]}}");
        CLUSTER.client()
                .services()
                .inNamespace("default")
                .withName("ports")
                .patch(
                        PatchContext.of(PatchType.STRATEGIC_MERGE),
                        "{\"spec\":{\"$setElementOrder/ports\":[{\"port\":3},{\"port\":2}],\"ports\":[{\"port\":1,\"$patch\":\"delete\"},{\"port\":3,\"name\":\"c\"}]}}");
        JsonNode ports = CLUSTER.get("v1", "Service", "ports").at("/spec/ports");
        assertThat(ports.findValuesAsText("name")).containsExactly("c", "b");
    }

    @Test
    void whatIsNotThereIsRefusedByName() {
        refused(
                () -> CLUSTER.create(
                        "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: nowhere}, data: {}}"),
                404,
                "namespaces \"nowhere\" not found");
        refused(
                () -> CLUSTER.client().raw("/api/v1/namespaces/default/pods/p/exec"),
                501,
                "the embedded mode has no exec of pods");
        create("taken", "{replicas: 1}");
        refused(() -> create("taken", "{replicas: 1}"), 409, "widgets.demo.example \"taken\" already exists");
        refused(() -> patch("taken", PatchType.STRATEGIC_MERGE, "{}"), 415, "accepted media types include");
    }
}
