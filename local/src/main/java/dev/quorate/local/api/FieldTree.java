package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Sets of fields, as `managedFields` holds them: `f:NAME`, `k:{"key":…}`, `v:…`. Here as a flat set of leaf paths,
/// each a list of such steps; `.` stands for a list's item itself.
record FieldTree(TreeSet<List<String>> leaves) {
    private static final Set<String> IDENTITY = Set.of(
            "name",
            "namespace",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generateName",
            "selfLink",
            "managedFields");

    static FieldTree empty() {
        return new FieldTree(new TreeSet<>(FieldTree::compare));
    }

    private static int compare(List<String> a, List<String> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    /// The fields that the object sets, without those that no manager owns.
    static FieldTree of(JsonNode object, ResourceType type) {
        FieldTree tree = empty();
        object.properties().forEach(field -> {
            if (field.getKey().equals("metadata")) {
                field.getValue().properties().stream()
                        .filter(m -> !IDENTITY.contains(m.getKey()))
                        .forEach(m -> tree.collect(
                                m.getValue(),
                                List.of("f:metadata", "f:" + m.getKey()),
                                List.of("metadata", m.getKey()),
                                type));
            } else if (!field.getKey().equals("apiVersion") && !field.getKey().equals("kind")) {
                tree.collect(field.getValue(), List.of("f:" + field.getKey()), List.of(field.getKey()), type);
            }
        });
        return tree;
    }

    private void collect(JsonNode value, List<String> steps, List<String> path, ResourceType type) {
        List<String> keys = type.listKeys(path).orElse(List.of());
        if (value.isObject() && !value.isEmpty() && !type.isAtomicMap(path)) {
            value.properties()
                    .forEach(f -> collect(f.getValue(), plus(steps, "f:" + f.getKey()), plus(path, f.getKey()), type));
        } else if (value.isArray() && !value.isEmpty() && !keys.isEmpty()) {
            for (JsonNode item : value) {
                List<String> at = plus(steps, keyOf(item, keys));
                leaves.add(plus(at, "."));
                item.properties()
                        .forEach(f -> collect(
                                f.getValue(), plus(at, "f:" + f.getKey()), plus(plus(path, "[]"), f.getKey()), type));
            }
        } else if (value.isArray() && !value.isEmpty() && type.isSet(path)) {
            value.forEach(item -> leaves.add(plus(steps, "v:" + item)));
        } else {
            leaves.add(steps);
        }
    }

    static <T> List<T> plus(List<T> list, T last) {
        List<T> longer = new ArrayList<>(list);
        longer.add(last);
        return longer;
    }

    /// The step that identifies a list's item; absent protocols are TCP.
    static String keyOf(JsonNode item, List<String> names) {
        TreeMap<String, JsonNode> keys = new TreeMap<>();
        for (String key : names) {
            JsonNode value = item.path(key);
            if (value.isMissingNode() && key.equals("protocol")) {
                keys.put(key, JsonNodeFactory.instance.textNode("TCP"));
            } else if (!value.isMissingNode()) {
                keys.put(key, value);
            }
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.setAll(keys);
        return "k:" + node;
    }

    static FieldTree parse(JsonNode fieldsV1) {
        FieldTree tree = empty();
        tree.parse(fieldsV1, List.of());
        return tree;
    }

    private void parse(JsonNode node, List<String> steps) {
        if (node.isEmpty() && !steps.isEmpty()) {
            leaves.add(steps);
        }
        node.properties().forEach(f -> parse(f.getValue(), plus(steps, f.getKey())));
    }

    ObjectNode json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        for (List<String> leaf : leaves) {
            ObjectNode node = root;
            for (String step : leaf) {
                JsonNode next = node.path(step);
                node = next instanceof ObjectNode o ? o : node.putObject(step);
            }
        }
        return root;
    }

    boolean isEmpty() {
        return leaves.isEmpty();
    }

    FieldTree minus(FieldTree other) {
        FieldTree result = empty();
        result.leaves.addAll(leaves);
        result.leaves.removeAll(other.leaves);
        return result;
    }

    FieldTree plus(FieldTree other) {
        FieldTree result = empty();
        result.leaves.addAll(leaves);
        result.leaves.addAll(other.leaves);
        return result;
    }

    /// Whether this has the path, something below it or a whole that contains it.
    boolean covers(List<String> path) {
        if (leaves.contains(path)) {
            return true;
        }
        for (int i = 1; i < path.size(); i++) {
            if (leaves.contains(path.subList(0, i))) {
                return true;
            }
        }
        List<String> next = leaves.higher(path);
        return next != null
                && next.size() > path.size()
                && next.subList(0, path.size()).equals(path);
    }

    /// The value at a path of steps; missing if there is none.
    static JsonNode value(JsonNode object, List<String> steps) {
        JsonNode node = object;
        for (String step : steps) {
            if (step.equals(".")) {
                return node;
            }
            node = switch (step.substring(0, 2)) {
                case "f:" -> node.path(step.substring(2));
                case "k:" -> item(node, step);
                default -> element(node, step.substring(2));
            };
        }
        return node;
    }

    private static JsonNode item(JsonNode list, String step) {
        int index = indexOf(list, step);
        return index < 0 ? list.path("absent") : list.path(index);
    }

    private static int indexOf(JsonNode list, String step) {
        for (int i = 0; i < list.size(); i++) {
            if (keyOf(list.path(i), keysIn(step)).equals(step)) {
                return i;
            }
        }
        return -1;
    }

    private static List<String> keysIn(String step) {
        JsonNode keys = Json.of(step.substring(2).replace("%", "%%"));
        List<String> names = new ArrayList<>();
        keys.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode element(JsonNode list, String json) {
        for (JsonNode item : list) {
            if (item.toString().equals(json)) {
                return item;
            }
        }
        return list.path("absent");
    }

    /// Takes the value at the path out of the object, and containers that become empty by it.
    static void remove(JsonNode object, List<String> steps) {
        JsonNode parent = value(object, steps.subList(0, steps.size() - 1));
        String last = steps.getLast();
        if (last.equals(".")) {
            String key = steps.get(steps.size() - 2);
            JsonNode list = value(object, steps.subList(0, steps.size() - 2));
            int index = list.isArray() ? indexOf(list, key) : -1;
            if (index >= 0) {
                ((ArrayNode) list).remove(index);
            }
        } else if (last.startsWith("f:") && parent instanceof ObjectNode map) {
            map.remove(last.substring(2));
        } else if (last.startsWith("v:") && parent instanceof ArrayNode array) {
            for (int i = array.size() - 1; i >= 0; i--) {
                if (array.get(i).toString().equals(last.substring(2))) {
                    array.remove(i);
                }
            }
        }
    }
}
