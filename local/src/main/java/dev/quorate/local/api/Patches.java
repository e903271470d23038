package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.util.List;
import java.util.Optional;

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
        return merge(target, patch, Optional.empty(), List.of());
    }

    /// As kubectl sends it for built-in kinds.
    static JsonNode strategic(JsonNode target, JsonNode patch, ResourceType type) {
        return merge(target, patch, Optional.of(type), List.of());
    }

    /// @param strategic the kind whose list keys count; without it lists are replaced
    private static JsonNode merge(
            JsonNode target, JsonNode patch, Optional<ResourceType> strategic, List<String> path) {
        if (!patch.isObject()) {
            return patch.deepCopy();
        }
        ObjectNode result = target instanceof ObjectNode o ? o.deepCopy() : Json.object();
        if (strategic.isPresent() && patch.path("$patch").asText().equals("replace")) {
            result.removeAll();
        }
        patch.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode value = field.getValue();
            List<String> at = FieldTree.plus(path, name);
            if (strategic.isPresent() && name.startsWith("$deleteFromPrimitiveList/")) {
                Json.removeIf(result.path(name.substring(name.indexOf('/') + 1)), v -> contains(value, v));
            } else if (strategic.isPresent() && name.startsWith("$")) {
                return;
            } else if (value.isNull()) {
                result.remove(name);
            } else if (value.isArray() && strategic.isPresent()) {
                JsonNode order = patch.path("$setElementOrder/" + name);
                result.set(name, list(result.path(name), value, order, strategic.get(), at));
            } else {
                result.set(name, merge(result.path(name), value, strategic, at));
            }
        });
        return result;
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        return Json.stream(values).anyMatch(value::equals);
    }

    private static JsonNode list(
            JsonNode present, JsonNode patch, JsonNode order, ResourceType type, List<String> path) {
        ArrayNode result = present instanceof ArrayNode a ? a.deepCopy() : JsonNodeFactory.instance.arrayNode();
        if (type.isSet(path)) {
            patch.forEach(v -> {
                if (!contains(result, v)) {
                    result.add(v);
                }
            });
            return result;
        }
        List<String> key = type.listKeys(path).map(k -> k.subList(0, 1)).orElse(List.of());
        if (key.isEmpty()) {
            return patch.deepCopy();
        }
        int added = 0;
        for (JsonNode item : patch) {
            String directive = item.path("$patch").asText();
            int at = find(result, item, key);
            if (directive.equals("replace") && item.size() == 1) {
                result.removeAll();
            } else if (directive.equals("delete")) {
                Json.removeIf(result, i -> FieldTree.keyOf(i, key).equals(FieldTree.keyOf(item, key)));
            } else {
                JsonNode before = at < 0 ? MissingNode.getInstance() : result.get(at);
                JsonNode merged = merge(before, item, Optional.of(type), FieldTree.plus(path, "[]"));
                if (at < 0) {
                    result.insert(added++, merged);
                } else {
                    result.set(at, merged);
                }
            }
        }
        return ordered(result, order, key);
    }

    private static int find(JsonNode list, JsonNode item, List<String> key) {
        for (int i = 0; i < list.size(); i++) {
            if (FieldTree.keyOf(list.path(i), key).equals(FieldTree.keyOf(item, key))) {
                return i;
            }
        }
        return -1;
    }

    private static ArrayNode ordered(ArrayNode items, JsonNode order, List<String> key) {
        ArrayNode result = JsonNodeFactory.instance.arrayNode();
        for (JsonNode wanted : order) {
            int at = find(items, wanted, key);
            if (at >= 0) {
                result.add(items.remove(at));
            }
        }
        return result.addAll(items);
    }
}
