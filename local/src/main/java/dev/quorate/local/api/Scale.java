package dev.quorate.local.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// The scale subresource as a view of two fields of its parent. Pure.
final class Scale {
    private Scale() {}

    static ObjectNode of(ResourceType type, JsonNode object) {
        ObjectNode scale = Json.object().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        ObjectNode metadata = scale.putObject("metadata");
        for (String field : java.util.List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            metadata.put(field, object.at("/metadata/" + field).asText());
        }
        ObjectNode spec = scale.putObject("spec");
        long replicas = object.at(type.specReplicasPath()).asLong();
        if (replicas != 0) {
            spec.put("replicas", replicas);
        }
        scale.putObject("status")
                .put("replicas", object.at(type.statusReplicasPath()).asLong());
        return scale;
    }

    static JsonNode into(ResourceType type, JsonNode object, JsonNode scale) {
        ObjectNode next = object.deepCopy();
        JsonPointer path = JsonPointer.compile(type.specReplicasPath());
        next.withObject(path.head())
                .put(
                        path.last().getMatchingProperty(),
                        scale.at("/spec/replicas").asInt());
        return next;
    }
}
