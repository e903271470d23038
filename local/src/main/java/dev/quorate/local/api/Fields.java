package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import dev.quorate.local.store.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// An object in flat form: the path of each leaf, in order, with its value. Paths are in the notation of
/// `managedFields`: `f:NAME` for a field, `k:{"key":…}` for an item of a keyed list, `v:…` for one of a set, and a last
/// step `.` for a list's item itself. What merges and who owns what become plain questions of paths.
///
/// @param leaves is changed
record Fields(Map<List<String>, JsonNode> leaves) {
    /// @param schema tells which lists have keys or are sets, and which maps are one value
    static Fields of(JsonNode object, JsonNode schema) {
        Fields fields = new Fields(new LinkedHashMap<>());
        object.properties().forEach(f -> fields.collect(f.getValue(), List.of("f:" + f.getKey()), schema));
        return fields;
    }

    /// @param parent the schema of what the path's last step is in
    private void collect(JsonNode value, List<String> path, JsonNode parent) {
        JsonNode schema = ResourceType.field(parent, path.getLast().substring(2));
        String list = schema.path("x-kubernetes-list-type").asText();
        boolean atomic = schema.path("x-kubernetes-map-type").asText().equals("atomic");
        if (value.isEmpty()
                || (value.isObject() ? atomic : !List.of("map", "set").contains(list))) {
            leaves.put(path, value);
        } else if (value.isObject()) {
            value.properties().forEach(f -> collect(f.getValue(), plus(path, "f:" + f.getKey()), schema));
        } else if (list.equals("set")) {
            value.forEach(item -> leaves.put(plus(path, "v:" + item), item));
        } else {
            for (JsonNode item : value) {
                List<String> at = plus(path, "k:" + keys(item, schema));
                leaves.put(plus(at, "."), Json.object());
                item.properties()
                        .forEach(f -> collect(f.getValue(), plus(at, "f:" + f.getKey()), schema.path("items")));
            }
        }
    }

    private static ObjectNode keys(JsonNode item, JsonNode list) {
        TreeMap<String, JsonNode> keys = new TreeMap<>();
        for (String key : Json.texts(list.path("x-kubernetes-list-map-keys"))) {
            JsonNode usual = list.at("/items/properties/" + key + "/default");
            keys.put(key, item.path(key).isMissingNode() ? usual : item.path(key));
        }
        keys.values().removeIf(JsonNode::isMissingNode);
        return Json.object().setAll(keys);
    }

    static <T> List<T> plus(List<T> list, T last) {
        List<T> longer = new ArrayList<>(list);
        longer.add(last);
        return longer;
    }

    Set<List<String>> paths() {
        return new HashSet<>(leaves.keySet());
    }

    /// Whether both have the same value there.
    boolean sameAt(List<String> path, Fields other) {
        JsonNode value = leaves.get(path);
        return value != null && value.equals(other.leaves.get(path));
    }

    /// Sets the value, instead of whatever contradicts it above or below.
    void put(List<String> path, JsonNode value) {
        boolean blank = value.isContainerNode() && value.isEmpty();
        if (!blank || leaves.keySet().stream().noneMatch(p -> isIn(p, path))) {
            leaves.keySet().removeIf(p -> !p.equals(path) && (isIn(p, path) || isIn(path, p)));
            leaves.put(path, value);
        }
    }

    /// Removes the value with all below it.
    void remove(List<String> path) {
        List<String> whole = path.getLast().equals(".") ? path.subList(0, path.size() - 1) : path;
        leaves.keySet().removeIf(p -> isIn(p, whole));
    }

    /// Moves the items of a list to its end, in the order in which they or their keys stand here.
    void reorder(List<String> list, JsonNode order) {
        for (JsonNode wanted : order) {
            Map<List<String>, JsonNode> item = new LinkedHashMap<>(leaves);
            item.keySet()
                    .removeIf(p -> p.size() == list.size() || !isIn(p, list) || !names(p.get(list.size()), wanted));
            leaves.keySet().removeAll(item.keySet());
            leaves.putAll(item);
        }
    }

    private static boolean names(String step, JsonNode item) {
        JsonNode keys = step.startsWith("k:") ? Json.of("%s", step.substring(2)) : Json.object();
        boolean named =
                item.properties().stream().allMatch(k -> keys.path(k.getKey()).equals(k.getValue()));
        return item.isObject() ? named : step.equals("v:" + item);
    }

    static boolean isIn(List<String> path, List<String> prefix) {
        return path.size() >= prefix.size() && path.subList(0, prefix.size()).equals(prefix);
    }

    /// The object again.
    ObjectNode object() {
        ObjectNode tree = Json.object();
        leaves.forEach((path, value) -> at(tree, path).set(path.getLast(), new POJONode(value)));
        return (ObjectNode) nested(tree);
    }

    private static ObjectNode at(ObjectNode tree, List<String> path) {
        ObjectNode node = tree;
        for (String step : path.subList(0, path.size() - 1)) {
            node = node.path(step) instanceof ObjectNode present ? present : node.putObject(step);
        }
        return node;
    }

    private static JsonNode nested(JsonNode tree) {
        if (tree instanceof POJONode leaf) {
            return ((JsonNode) leaf.getPojo()).deepCopy();
        }
        ObjectNode object = Json.object();
        ArrayNode array = Json.array();
        tree.properties().forEach(child -> {
            if (child.getKey().startsWith("f:")) {
                object.set(child.getKey().substring(2), nested(child.getValue()));
            } else if (!child.getKey().equals(".")) {
                array.add(nested(child.getValue()));
            }
        });
        return array.isEmpty() ? object : array;
    }

    /// Paths as `fieldsV1` has them.
    static ObjectNode fieldsV1(Collection<List<String>> paths) {
        ObjectNode tree = Json.object();
        paths.forEach(path -> at(tree, path).putIfAbsent(path.getLast(), Json.object()));
        return tree;
    }

    static Set<List<String>> ofFieldsV1(JsonNode tree) {
        Set<List<String>> paths = new HashSet<>();
        gather(tree, List.of(), paths);
        return paths;
    }

    private static void gather(JsonNode tree, List<String> path, Set<List<String>> paths) {
        tree.properties().forEach(child -> gather(child.getValue(), plus(path, child.getKey()), paths));
        if (tree.isEmpty() && !path.isEmpty()) {
            paths.add(path);
        }
    }
}
