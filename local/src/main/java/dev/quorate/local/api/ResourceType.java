package dev.quorate.local.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.Locale;

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
        view.set("metadata", ((ObjectNode) object.path("metadata").deepCopy()).without("managedFields"));
        long replicas = object.at(pointer("specReplicasPath")).asLong();
        Json.count(view.withObject("/spec"), "replicas", replicas);
        long present = object.at(pointer("statusReplicasPath")).asLong();
        return view.set("status", Json.object().put("replicas", present));
    }

    ObjectNode withScale(JsonNode object, JsonNode view) {
        ObjectNode next = object.deepCopy();
        JsonPointer path = pointer("specReplicasPath");
        String field = path.last().getMatchingProperty();
        next.withObject(path.head()).put(field, view.at("/spec/replicas").asInt());
        return next;
    }

    static JsonNode field(JsonNode schema, String name) {
        JsonNode property = schema.path("properties").path(name);
        return property.isMissingNode() ? schema.path("additionalProperties") : property;
    }
}
