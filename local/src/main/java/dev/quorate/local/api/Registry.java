package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Folders;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The kinds that are served: those of `built-in-kinds.yaml` and of the store's CustomResourceDefinitions. Any thread.
final class Registry {
    private static final String DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

    private final ObjectStore store;
    private final List<ResourceType> builtIn = new ArrayList<>();
    private final JsonNode metadata;
    private final JsonNode documents;
    private volatile List<ResourceType> types;

    Registry(ObjectStore store) {
        this.store = store;
        JsonNode file = Json.readWithAnchors(Folders.resource(Registry.class, "built-in-kinds.yaml"));
        metadata = file.at("/shared/metadata");
        documents = file.path("documents");
        file.path("kinds").forEach(kind -> builtIn.add(type(kind, kind, false)));
        types = types();
        store.listen(store.revision(), change -> {
            if (change.key().startsWith(DEFINITIONS)) {
                types = types();
            }
        });
    }

    /// @param version of the definition
    private ResourceType type(JsonNode definition, JsonNode version, boolean custom) {
        ObjectNode one = definition.deepCopy();
        one.setAll(version.<ObjectNode>deepCopy());
        ObjectNode schema = one.withObject("/schema/openAPIV3Schema");
        ObjectNode own = schema.withObject("/properties/metadata/properties");
        metadata.path("properties").properties().forEach(p -> own.putIfAbsent(p.getKey(), p.getValue()));
        return new ResourceType(one, custom, schema);
    }

    private List<ResourceType> types() {
        List<ResourceType> all = new ArrayList<>(builtIn);
        for (ObjectNode definition : store.list(DEFINITIONS, "")) {
            for (JsonNode version : definition.at("/spec/versions")) {
                if (version.path("served").asBoolean()) {
                    all.add(type(definition.path("spec"), version, true));
                }
            }
        }
        return List.copyOf(all);
    }

    /// What is answered under fixed paths, whichever kinds there are.
    JsonNode documents() {
        return documents;
    }

    List<ResourceType> all() {
        return types;
    }

    private static Optional<ResourceType> first(List<ResourceType> types, Predicate<ResourceType> wanted) {
        return types.stream().filter(wanted).findFirst();
    }

    Optional<ResourceType> find(String apiVersion, String plural) {
        return first(types, t -> t.apiVersion().equals(apiVersion) && t.plural().equals(plural));
    }

    /// The kind of the object.
    ///
    /// @throws StatusError 404 if it is not served
    ResourceType of(JsonNode object) {
        String version = Json.text(object, "/apiVersion");
        String kind = Json.text(object, "/kind");
        return first(types, t -> t.apiVersion().equals(version) && t.kind().equals(kind))
                .orElseThrow(() -> new StatusError(404, "NotFound", "no kind " + kind + " in " + version));
    }

    ResourceType builtIn(String kind) {
        return first(builtIn, t -> t.kind().equals(kind)).orElseThrow();
    }
}
