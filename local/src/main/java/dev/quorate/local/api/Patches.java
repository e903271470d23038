package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.util.List;

/// JSON patch (RFC 6902), merge patch (RFC 7386) and strategic merge patch. Pure.
final class Patches {
    private Patches() {}

    static JsonNode json(JsonNode target, JsonNode operations) {
        try {
            return JsonPatch.apply(operations, target);
        } catch (JsonPatchException e) {
            throw new StatusError(422, "Invalid", "the server rejected our request due to an error in our request");
        }
    }

    static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode result = target instanceof ObjectNode object ? object.deepCopy() : Json.object();
        patch.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                result.remove(field.getKey());
            } else {
                result.set(field.getKey(), merge(result.path(field.getKey()), field.getValue()));
            }
        });
        return result;
    }

    /// As kubectl sends it for built-in kinds: lists merge by the keys of the schema.
    static JsonNode strategic(JsonNode target, JsonNode patch, JsonNode schema) {
        Fields result = Fields.of(target, schema);
        Fields wanted = Fields.of(patch, schema);
        wanted.leaves().forEach((path, value) -> {
            if (value.isNull()) {
                result.remove(path);
            } else if (!path.getLast().startsWith("f:$")) {
                result.put(path, value);
            }
        });
        // After the values, because an item that is to go is named by its keys.
        wanted.leaves().forEach((path, value) -> {
            String[] directive = path.getLast().split("/", 2);
            List<String> parent = path.subList(0, path.size() - 1);
            List<String> list = Fields.plus(parent, "f:" + directive[directive.length - 1]);
            switch (directive[0]) {
                case "f:$setElementOrder" -> result.reorder(list, value);
                case "f:$deleteFromPrimitiveList" -> value.forEach(v -> result.remove(Fields.plus(list, "v:" + v)));
                case "f:$patch" -> {
                    if (!value.asText().equals("delete")) {
                        throw StatusError.badRequest("the embedded mode has no $patch: " + value.asText());
                    }
                    result.remove(parent);
                }
                case String other -> {}
            }
        });
        return result.object();
    }
}
