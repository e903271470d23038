package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Change;
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
    static final String DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

    private final ObjectStore store;
    private final JsonNode metadata;
    private final List<ResourceType> builtIn = new ArrayList<>();
    private volatile List<ResourceType> types;

    Registry(ObjectStore store) {
        this.store = store;
        JsonNode file = file();
        JsonNode shared = resolved(file.path("shared"), file.path("shared"));
        metadata = shared.path("metadata");
        resolved(file.path("kinds"), shared).forEach(k -> builtIn.add(builtIn(k)));
        types = types();
        store.listen(store.revision(), this::changed);
    }

    private static JsonNode file() {
        try (InputStream stream = Registry.class.getResourceAsStream("built-in-kinds.yaml")) {
            return Json.read(Objects.requireNonNull(stream).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A copy in which the shared parts stand where they are referred to.
    private static JsonNode resolved(JsonNode node, JsonNode shared) {
        if (node.has("$ref")) {
            return resolved(shared.path(node.path("$ref").asText()), shared);
        }
        if (node.isArray()) {
            ArrayNode copy = node.deepCopy();
            copy.removeAll();
            node.forEach(item -> copy.add(resolved(item, shared)));
            return copy;
        }
        ObjectNode copy = Json.object();
        node.properties().forEach(f -> copy.set(f.getKey(), resolved(f.getValue(), shared)));
        return node.isObject() ? copy : node;
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

    private JsonNode withMetadata(JsonNode schema) {
        ObjectNode copy = schema instanceof ObjectNode s ? s.deepCopy() : Json.object();
        copy.withObject("/properties").set("metadata", metadata);
        return copy;
    }

    private void changed(Change change) {
        if (change.key().resource().equals(DEFINITIONS)) {
            types = types();
        }
    }

    private List<ResourceType> types() {
        List<ResourceType> all = new ArrayList<>(builtIn);
        for (ObjectNode definition : store.list(DEFINITIONS, "")) {
            for (JsonNode version : definition.at("/spec/versions")) {
                if (version.path("served").asBoolean()) {
                    all.add(custom(definition.path("spec"), version));
                }
            }
        }
        return List.copyOf(all);
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

    List<ResourceType> all() {
        return types;
    }

    Optional<ResourceType> find(String apiVersion, String plural) {
        return types.stream()
                .filter(t -> t.apiVersion().equals(apiVersion) && t.plural().equals(plural))
                .findFirst();
    }

    /// The kind that objects of that store resource have.
    Optional<ResourceType> ofResource(String resource) {
        return types.stream().filter(t -> t.resource().equals(resource)).findFirst();
    }

    ResourceType builtIn(String kind) {
        return builtIn.stream().filter(t -> t.kind().equals(kind)).findFirst().orElseThrow();
    }
}
