package dev.quorate.local.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.Locale;

/// One served kind.
///
/// @param definition as in a CustomResourceDefinition, but with one version, whose fields stand beside group and names
/// @param custom whether a CustomResourceDefinition in the store defines it
/// @param schema of its objects, with their metadata
record ResourceType(JsonNode definition, boolean custom, JsonNode schema) {
    /// Empty for the core group.
    String group() {
        return Json.text(definition, "/group");
    }

    String version() {
        return Json.text(definition, "/name");
    }

    /// plural, kind, shortNames, categories
    JsonNode names() {
        return definition.path("names");
    }

    boolean namespaced() {
        return !Json.text(definition, "/scope").equals("Cluster");
    }

    /// Whether its objects count changes of what is wanted.
    boolean generation() {
        return custom || definition.path("generation").asBoolean();
    }

    boolean status() {
        return !custom || definition.path("subresources").has("status");
    }

    /// specReplicasPath and statusReplicasPath of the scale subresource; missing if it has none.
    JsonNode scale() {
        return definition.at("/subresources/scale");
    }

    /// Printer columns.
    JsonNode columns() {
        return definition.path("additionalPrinterColumns");
    }

    String kind() {
        return Json.text(names(), "/kind");
    }

    String plural() {
        return Json.text(names(), "/plural");
    }

    String singular() {
        return names().path("singular").asText(kind().toLowerCase(Locale.ROOT));
    }

    String apiVersion() {
        return group().isEmpty() ? version() : group() + "/" + version();
    }

    /// As in messages and in the store: `plural.group`.
    String resource() {
        return group().isEmpty() ? plural() : plural() + "." + group();
    }

    boolean is(String builtInKind) {
        return !custom && kind().equals(builtInKind);
    }

    private JsonPointer pointer(String field) {
        return JsonPointer.compile(scale().path(field).asText().replace('.', '/'));
    }

    /// The scale subresource: a view of two fields.
    ObjectNode scaleOf(JsonNode object) {
        ObjectNode view = Json.of("{kind: Scale, apiVersion: autoscaling/v1, metadata: {}, spec: {}, status: {}}");
        view.set("metadata", ((ObjectNode) object.path("metadata").deepCopy()).without("managedFields"));
        long replicas = object.at(pointer("specReplicasPath")).asLong();
        Json.putUnlessEmpty(view.withObject("/spec"), "replicas", replicas);
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
