package dev.quorate.local.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One served kind.
///
/// @param group empty for the core group
/// @param names plural, kind, shortNames, categories, as in a CustomResourceDefinition
/// @param custom whether a CustomResourceDefinition in the store defines it
/// @param generation whether its objects count changes of what is wanted
/// @param status whether it has the status subresource
/// @param scale specReplicasPath and statusReplicasPath of the scale subresource; missing if it has none
/// @param columns printer columns
/// @param schema as in a CustomResourceDefinition
record ResourceType(
        String group,
        String version,
        JsonNode names,
        boolean namespaced,
        boolean custom,
        boolean generation,
        boolean status,
        JsonNode scale,
        JsonNode columns,
        JsonNode schema) {

    String kind() {
        return names.path("kind").asText();
    }

    String plural() {
        return names.path("plural").asText();
    }

    String singular() {
        return names.path("singular").asText(kind().toLowerCase(Locale.ROOT));
    }

    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /// As in messages and in the store: `plural.group`.
    String resource() {
        return group.isEmpty() ? plural() : plural() + "." + group;
    }

    boolean is(String builtInKind) {
        return !custom && kind().equals(builtInKind);
    }

    private JsonPointer pointer(String field) {
        return JsonPointer.compile(scale.path(field).asText().replace('.', '/'));
    }

    /// The scale subresource: a view of two fields.
    ObjectNode scaleOf(JsonNode object) {
        ObjectNode view = Json.of("{kind: Scale, apiVersion: autoscaling/v1, metadata: {}, spec: {}, status: {}}");
        for (String field : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            view.withObject("/metadata").set(field, object.at("/metadata/" + field));
        }
        long replicas = object.at(pointer("specReplicasPath")).asLong();
        Json.count(view.withObject("/spec"), "replicas", replicas);
        view.withObject("/status")
                .put("replicas", object.at(pointer("statusReplicasPath")).asLong());
        return view;
    }

    ObjectNode withScale(JsonNode object, JsonNode view) {
        ObjectNode next = object.deepCopy();
        JsonPointer path = pointer("specReplicasPath");
        next.withObject(path.head())
                .put(
                        path.last().getMatchingProperty(),
                        view.at("/spec/replicas").asInt());
        return next;
    }

    /// The schema at a path of field names, `[]` for the step into a list's items; missing where there is none.
    JsonNode schemaAt(List<String> path) {
        JsonNode at = schema;
        for (String step : path) {
            at = step.equals("[]") ? at.path("items") : field(at, step);
        }
        return at;
    }

    static JsonNode field(JsonNode schema, String name) {
        JsonNode property = schema.path("properties").path(name);
        return property.isMissingNode() ? schema.path("additionalProperties") : property;
    }

    /// The fields that identify the items of a list of type map.
    Optional<List<String>> listKeys(List<String> path) {
        JsonNode list = schemaAt(path);
        return list.path("x-kubernetes-list-type").asText().equals("map")
                ? Optional.of(Json.texts(list.path("x-kubernetes-list-map-keys")))
                : Optional.empty();
    }

    boolean isSet(List<String> path) {
        return schemaAt(path).path("x-kubernetes-list-type").asText().equals("set");
    }

    boolean isAtomicMap(List<String> path) {
        return schemaAt(path).path("x-kubernetes-map-type").asText().equals("atomic");
    }
}
