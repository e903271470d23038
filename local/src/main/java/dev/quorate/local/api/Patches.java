package dev.quorate.local.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// JSON patch (RFC 6902), merge patch (RFC 7386) and strategic merge patch. Pure.
final class Patches {
    private Patches() {}

    static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch.deepCopy();
        }
        ObjectNode result = target instanceof ObjectNode o ? o.deepCopy() : Json.object();
        patch.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                result.remove(field.getKey());
            } else {
                result.set(field.getKey(), merge(result.path(field.getKey()), field.getValue()));
            }
        });
        return result;
    }

    static JsonNode json(JsonNode target, JsonNode operations) {
        JsonNode root = target.deepCopy();
        for (JsonNode operation : operations) {
            String path = operation.path("path").asText();
            JsonNode value = operation.path("value");
            switch (operation.path("op").asText()) {
                case "add" -> add(root, path, value);
                case "replace" -> {
                    require(root, path);
                    set(root, path, value);
                }
                case "remove" -> remove(root, path);
                case "test" -> {
                    if (!root.at(path).equals(value)) {
                        throw rejected();
                    }
                }
                case "copy" ->
                    add(root, path, require(root, operation.path("from").asText()));
                case "move" -> {
                    String from = operation.path("from").asText();
                    JsonNode moved = require(root, from).deepCopy();
                    remove(root, from);
                    add(root, path, moved);
                }
                case String other -> throw StatusError.badRequest("unknown JSON patch operation " + other);
            }
        }
        return root;
    }

    private static StatusError rejected() {
        return StatusError.of(422, "Invalid", "the server rejected our request due to an error in our request");
    }

    private static JsonNode require(JsonNode root, String path) {
        JsonNode node = root.at(path);
        if (node.isMissingNode()) {
            throw rejected();
        }
        return node;
    }

    private static void add(JsonNode root, String path, JsonNode value) {
        JsonPointer pointer = JsonPointer.compile(path);
        JsonNode parent = root.at(pointer.head());
        String last = pointer.last().getMatchingProperty();
        if (parent instanceof ArrayNode array) {
            if (last.equals("-")) {
                array.add(value.deepCopy());
            } else {
                array.insert(index(last, array.size() + 1), value.deepCopy());
            }
        } else {
            set(root, path, value);
        }
    }

    private static void set(JsonNode root, String path, JsonNode value) {
        JsonPointer pointer = JsonPointer.compile(path);
        JsonNode parent = root.at(pointer.head());
        String last = pointer.last().getMatchingProperty();
        switch (parent) {
            case ObjectNode object -> object.set(last, value.deepCopy());
            case ArrayNode array -> array.set(index(last, array.size()), value.deepCopy());
            case JsonNode other -> throw rejected();
        }
    }

    private static void remove(JsonNode root, String path) {
        require(root, path);
        JsonPointer pointer = JsonPointer.compile(path);
        JsonNode parent = root.at(pointer.head());
        String last = pointer.last().getMatchingProperty();
        if (parent instanceof ObjectNode object) {
            object.remove(last);
        } else if (parent instanceof ArrayNode array) {
            array.remove(index(last, array.size()));
        }
    }

    private static int index(String text, int bound) {
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) >= bound) {
            throw rejected();
        }
        return Integer.parseInt(text);
    }

    /// As kubectl sends it for built-in kinds.
    static JsonNode strategic(JsonNode target, JsonNode patch, ListRules rules) {
        return strategic(target, patch, rules, List.of());
    }

    private static JsonNode strategic(JsonNode target, JsonNode patch, ListRules rules, List<String> path) {
        ObjectNode result = target instanceof ObjectNode o ? o.deepCopy() : Json.object();
        if (patch.path("$patch").asText().equals("replace")) {
            result.removeAll();
        }
        patch.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (name.startsWith("$deleteFromPrimitiveList/")) {
                deleteValues(result.path(name.substring(name.indexOf('/') + 1)), value);
            } else if (name.startsWith("$")) {
                return;
            } else if (value.isNull()) {
                result.remove(name);
            } else if (value.isObject()) {
                result.set(name, strategic(result.path(name), value, rules, FieldTree.plus(path, name)));
            } else if (value.isArray()) {
                JsonNode order = patch.path("$setElementOrder/" + name);
                result.set(name, list(result.path(name), value, order, rules, FieldTree.plus(path, name)));
            } else {
                result.set(name, value);
            }
        });
        return result;
    }

    private static void deleteValues(JsonNode list, JsonNode values) {
        for (JsonNode value : values) {
            for (int i = list.size() - 1; i >= 0; i--) {
                if (list.path(i).equals(value)) {
                    ((ArrayNode) list).remove(i);
                }
            }
        }
    }

    private static JsonNode list(JsonNode present, JsonNode patch, JsonNode order, ListRules rules, List<String> path) {
        if (rules.at(path) instanceof ListRules.SetOfValues && present.isArray()) {
            ArrayNode union = present.deepCopy();
            patch.forEach(v -> {
                deleteValues(union, JsonNodeFactory.instance.arrayNode().add(v));
                union.add(v);
            });
            return union;
        }
        if (!(rules.at(path) instanceof ListRules.MapOf map)) {
            return patch.deepCopy();
        }
        ListRules.MapOf key = new ListRules.MapOf(map.keys().subList(0, 1));
        ArrayNode result = present instanceof ArrayNode a ? a.deepCopy() : JsonNodeFactory.instance.arrayNode();
        int added = 0;
        for (JsonNode item : patch) {
            String directive = item.path("$patch").asText();
            int at = find(result, FieldTree.keyOf(item, key), key);
            if (directive.equals("replace") && item.size() == 1) {
                result.removeAll();
            } else if (directive.equals("delete")) {
                if (at >= 0) {
                    result.remove(at);
                }
            } else if (at >= 0) {
                result.set(at, strategic(result.get(at), item, rules, FieldTree.plus(path, "[]")));
            } else {
                result.insert(added++, strategic(MissingNode.getInstance(), item, rules, FieldTree.plus(path, "[]")));
            }
        }
        return order.isArray() ? ordered(result, order, key) : result;
    }

    private static int find(JsonNode list, String keyStep, ListRules.MapOf key) {
        for (int i = 0; i < list.size(); i++) {
            if (FieldTree.keyOf(list.path(i), key).equals(keyStep)) {
                return i;
            }
        }
        return -1;
    }

    private static ArrayNode ordered(ArrayNode items, JsonNode order, ListRules.MapOf key) {
        List<JsonNode> left = new ArrayList<>();
        items.forEach(left::add);
        ArrayNode result = JsonNodeFactory.instance.arrayNode();
        for (JsonNode wanted : order) {
            String step = FieldTree.keyOf(wanted, key);
            left.removeIf(item -> {
                boolean same = FieldTree.keyOf(item, key).equals(step);
                if (same) {
                    result.add(item);
                }
                return same;
            });
        }
        left.forEach(result::add);
        return result;
    }
}
