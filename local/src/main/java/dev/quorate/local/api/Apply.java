package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Server-side apply, and the ownership that every other write takes. Pure: objects in, objects out.
final class Apply {
    /// Who writes.
    ///
    /// @param operation Apply or Update
    /// @param subresource empty, `status` or `scale`
    record Writer(String manager, String operation, String apiVersion, String subresource) {}

    private final ResourceType type;

    Apply(ResourceType type) {
        this.type = type;
    }

    /// The live object with the applied fields, and without those that the writer no longer applies and nobody else
    /// owns.
    ///
    /// @throws StatusError 409 if another owns a field with another value, unless forced
    ObjectNode apply(ObjectNode live, ObjectNode applied, Writer writer, boolean force) {
        FieldTree fields = FieldTree.of(applied, type);
        Map<Writer, FieldTree> owners = owners(live);
        FieldTree before = owners.getOrDefault(writer, FieldTree.empty());
        Map<List<String>, Writer> conflicts = conflicts(live, applied, fields, owners, writer);
        if (!conflicts.isEmpty() && !force) {
            throw conflict(live, conflicts);
        }
        for (Map.Entry<List<String>, Writer> lost : conflicts.entrySet()) {
            owners.computeIfPresent(lost.getValue(), (w, tree) -> {
                FieldTree one = FieldTree.empty();
                one.leaves().add(lost.getKey());
                return tree.minus(one);
            });
        }
        owners.remove(writer);
        ObjectNode merged = live.deepCopy();
        merge(merged, applied, List.of());
        // A list's item (".") comes before its fields: they could not be found by key once the key is gone.
        for (List<String> leaf : before.minus(fields).leaves()) {
            boolean wanted = fields.covers(leaf) || owners.values().stream().anyMatch(o -> o.covers(leaf));
            if (!wanted) {
                FieldTree.remove(merged, leaf);
            }
        }
        owners.put(writer, fields);
        writeOwners(merged, owners, live);
        return merged;
    }

    private static Map<List<String>, Writer> conflicts(
            ObjectNode live, ObjectNode applied, FieldTree fields, Map<Writer, FieldTree> owners, Writer writer) {
        Map<List<String>, Writer> conflicts = new LinkedHashMap<>();
        for (List<String> leaf : fields.leaves()) {
            if (leaf.getLast().equals(".") || FieldTree.value(live, leaf).equals(FieldTree.value(applied, leaf))) {
                continue;
            }
            owners.forEach((owner, tree) -> {
                if (!owner.equals(writer) && tree.leaves().contains(leaf)) {
                    conflicts.put(leaf, owner);
                }
            });
        }
        return conflicts;
    }

    private StatusError conflict(ObjectNode live, Map<List<String>, Writer> conflicts) {
        List<StatusError.Cause> causes = new ArrayList<>();
        StringBuilder text = new StringBuilder("Apply failed with ")
                .append(conflicts.size())
                .append(conflicts.size() == 1 ? " conflict: " : " conflicts: ");
        Map<Writer, List<String>> byOwner = new LinkedHashMap<>();
        conflicts.forEach((leaf, owner) ->
                byOwner.computeIfAbsent(owner, o -> new ArrayList<>()).add(path(leaf)));
        byOwner.forEach((owner, paths) -> {
            String how = owner.operation().equals("Apply") ? "" : " using " + owner.apiVersion();
            String sub = owner.subresource().isEmpty() ? "" : " with subresource \"" + owner.subresource() + "\"";
            String with = " with \"" + owner.manager() + "\"" + sub + how;
            paths.forEach(p -> causes.add(new StatusError.Cause("FieldManagerConflict", "conflict" + with, p)));
            text.append(text.charAt(text.length() - 1) == ' ' ? "" : "\n")
                    .append(paths.size() == 1 ? "conflict" + with + ": " : "conflicts" + with + ":\n- ")
                    .append(String.join("\n- ", paths));
        });
        return new StatusError(409, "Conflict", text.toString())
                .details(type.plural(), type.group(), live.at("/metadata/name").asText())
                .causes(causes);
    }

    private static String path(List<String> leaf) {
        StringBuilder path = new StringBuilder();
        for (String step : leaf) {
            if (step.startsWith("f:")) {
                path.append('.').append(step.substring(2));
            } else if (step.startsWith("k:")) {
                path.append(
                        step.substring(2).replace('{', '[').replace('}', ']').replaceAll("\"([^\"]*)\":", "$1="));
            } else if (step.startsWith("v:")) {
                path.append("[=").append(step.substring(2)).append(']');
            }
        }
        return path.toString();
    }

    private void merge(ObjectNode into, JsonNode from, List<String> path) {
        from.properties().forEach(field -> {
            List<String> at = FieldTree.plus(path, field.getKey());
            JsonNode present = into.path(field.getKey());
            JsonNode wanted = field.getValue();
            List<String> keys = type.listKeys(at).orElse(List.of());
            if (wanted.isObject() && present.isObject() && !type.isAtomicMap(at)) {
                merge((ObjectNode) present, wanted, at);
            } else if (wanted.isArray() && present.isArray() && !keys.isEmpty()) {
                mergeItems((ArrayNode) present, wanted, keys, at);
            } else if (wanted.isArray() && present.isArray() && type.isSet(at)) {
                for (JsonNode item : wanted) {
                    if (Json.stream(present).noneMatch(item::equals)) {
                        ((ArrayNode) present).add(item.deepCopy());
                    }
                }
            } else if (wanted.isNull()) {
                into.remove(field.getKey());
            } else {
                into.set(field.getKey(), wanted.deepCopy());
            }
        });
    }

    private void mergeItems(ArrayNode present, JsonNode wanted, List<String> keys, List<String> path) {
        for (JsonNode item : wanted) {
            String key = FieldTree.keyOf(item, keys);
            ObjectNode same = null;
            for (JsonNode candidate : present) {
                if (FieldTree.keyOf(candidate, keys).equals(key)) {
                    same = (ObjectNode) candidate;
                }
            }
            if (same == null) {
                present.add(item.deepCopy());
            } else {
                merge(same, item, FieldTree.plus(path, "[]"));
            }
        }
    }

    /// Gives the fields that differ to the writer and takes them from everybody else.
    void update(JsonNode before, ObjectNode after, Writer writer) {
        FieldTree old = FieldTree.of(before, type);
        FieldTree now = FieldTree.of(after, type);
        FieldTree changed = FieldTree.empty();
        for (List<String> leaf : now.leaves()) {
            if (!old.leaves().contains(leaf)
                    || (!leaf.getLast().equals(".")
                            && !FieldTree.value(before, leaf).equals(FieldTree.value(after, leaf)))) {
                changed.leaves().add(leaf);
            }
        }
        FieldTree removed = old.minus(now);
        if (changed.isEmpty() && removed.isEmpty()) {
            return;
        }
        Map<Writer, FieldTree> owners = owners(after);
        owners.replaceAll((owner, tree) -> tree.minus(owner.equals(writer) ? removed : changed.plus(removed)));
        owners.merge(writer, changed, FieldTree::plus);
        writeOwners(after, owners, before);
    }

    private static Map<Writer, FieldTree> owners(JsonNode object) {
        Map<Writer, FieldTree> owners = new LinkedHashMap<>();
        for (JsonNode entry : object.at("/metadata/managedFields")) {
            if (entry.has("fieldsV1")) {
                owners.put(writer(entry), FieldTree.parse(entry.path("fieldsV1")));
            }
        }
        return owners;
    }

    private static Writer writer(JsonNode entry) {
        return new Writer(
                entry.path("manager").asText(),
                entry.path("operation").asText(),
                entry.path("apiVersion").asText(),
                entry.path("subresource").asText());
    }

    /// Entries whose fields did not change keep their time.
    private static void writeOwners(ObjectNode object, Map<Writer, FieldTree> owners, JsonNode before) {
        ArrayNode entries = JsonNodeFactory.instance.arrayNode();
        for (String operation : List.of("Apply", "Update")) {
            owners.forEach((writer, tree) -> {
                if (!writer.operation().equals(operation) || tree.isEmpty()) {
                    return;
                }
                ObjectNode fields = tree.json();
                String time = Json.now();
                for (JsonNode old : before.at("/metadata/managedFields")) {
                    if (writer(old).equals(writer) && old.path("fieldsV1").equals(fields)) {
                        time = old.path("time").asText();
                    }
                }
                ObjectNode entry = entries.addObject()
                        .put("manager", writer.manager())
                        .put("operation", operation)
                        .put("apiVersion", writer.apiVersion())
                        .put("time", time)
                        .put("fieldsType", "FieldsV1");
                entry.set("fieldsV1", fields);
                if (!writer.subresource().isEmpty()) {
                    entry.put("subresource", writer.subresource());
                }
            });
        }
        ObjectNode metadata = object.withObject("/metadata");
        if (entries.isEmpty()) {
            metadata.remove("managedFields");
        } else {
            metadata.set("managedFields", entries);
        }
    }
}
