package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The kinds that are served: those of `built-in-kinds.yaml` and of the store's CustomResourceDefinitions. Any thread.
final class Registry {
    private static final String DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

    private final ObjectStore store;
    private final List<ResourceType> builtIn = new ArrayList<>();
    private final JsonNode metadata;
    private volatile List<ResourceType> types;

    Registry(ObjectStore store) {
        this.store = store;
        try (InputStream stream = Registry.class.getResourceAsStream("built-in-kinds.yaml")) {
            JsonNode file = Json.readWithAnchors(Objects.requireNonNull(stream));
            metadata = file.at("/shared/metadata");
            file.path("kinds").forEach(k -> builtIn.add(builtIn(k)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        types = types();
        store.listen(store.revision(), change -> {
            if (change.key().startsWith(DEFINITIONS)) {
                types = types();
            }
        });
    }

    private ResourceType builtIn(JsonNode kind) {
        return new ResourceType(
                kind.path("group").asText(),
                kind.path("version").asText(),
                kind,
                !kind.path("scope").asText().equals("Cluster"),
                false,
                kind.path("generation").asBoolean(),
                true,
                kind.path("scale"),
                kind.path("columns"),
                withMetadata(kind.path("schema")));
    }

    private ResourceType custom(JsonNode spec, JsonNode version) {
        return new ResourceType(
                spec.path("group").asText(),
                version.path("name").asText(),
                spec.path("names"),
                spec.path("scope").asText().equals("Namespaced"),
                true,
                true,
                version.path("subresources").has("status"),
                version.at("/subresources/scale"),
                version.path("additionalPrinterColumns"),
                withMetadata(version.at("/schema/openAPIV3Schema")));
    }

    private JsonNode withMetadata(JsonNode schema) {
        ObjectNode copy = schema instanceof ObjectNode s ? s.deepCopy() : Json.object();
        copy.withObject("/properties").putIfAbsent("metadata", metadata);
        return copy;
    }

    private List<ResourceType> types() {
        List<ResourceType> all = new ArrayList<>(builtIn);
        for (ObjectNode definition : store.list(DEFINITIONS, "")) {
            Json.stream(definition.at("/spec/versions"))
                    .filter(version -> version.path("served").asBoolean())
                    .forEach(version -> all.add(custom(definition.path("spec"), version)));
        }
        return List.copyOf(all);
    }

    List<ResourceType> all() {
        return types;
    }

    Optional<ResourceType> find(String apiVersion, String plural) {
        return types.stream()
                .filter(t -> t.apiVersion().equals(apiVersion) && t.plural().equals(plural))
                .findFirst();
    }

    /// The kind of the object.
    ///
    /// @throws StatusError 404 if it is not served
    ResourceType of(JsonNode object) {
        String version = object.path("apiVersion").asText();
        String kind = object.path("kind").asText();
        return types.stream()
                .filter(t -> t.apiVersion().equals(version) && t.kind().equals(kind))
                .findFirst()
                .orElseThrow(() -> new StatusError(404, "NotFound", "no kind " + kind + " in " + version));
    }

    ResourceType builtIn(String kind) {
        return builtIn.stream().filter(t -> t.kind().equals(kind)).findFirst().orElseThrow();
    }
}
