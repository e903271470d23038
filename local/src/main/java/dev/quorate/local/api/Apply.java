package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Server-side apply, and the ownership that every other write takes. Pure: objects in, objects out.
///
/// @param target the object
record Apply(Target target) {
    /// Who writes.
    ///
    /// @param operation Apply or Update
    /// @param subresource empty, `status` or `scale`
    record Writer(String manager, String operation, String apiVersion, String subresource) {
        static Writer of(JsonNode entry) {
            return new Writer(
                    entry.path("manager").asText(),
                    entry.path("operation").asText(),
                    entry.path("apiVersion").asText(),
                    entry.path("subresource").asText());
        }

        @Override
        public String toString() {
            String part = subresource.isEmpty() ? "" : " with subresource \"" + subresource + "\"";
            return "\"" + manager + "\"" + part + (operation.equals("Apply") ? "" : " using " + apiVersion);
        }
    }

    /// Fields of the metadata that nobody owns.
    private static final Set<String> IDENTITY = Set.of(
            "f:name",
            "f:namespace",
            "f:uid",
            "f:resourceVersion",
            "f:generation",
            "f:creationTimestamp",
            "f:deletionTimestamp",
            "f:deletionGracePeriodSeconds",
            "f:generateName",
            "f:managedFields");

    /// The live object with the applied fields, and without those that the writer no longer applies and nobody else
    /// owns.
    ///
    /// @throws StatusError 409 if another owns a field with another value, unless forced
    ObjectNode apply(ObjectNode live, ObjectNode applied, Writer writer, boolean force) {
        Fields present = Fields.of(live, target.type().schema());
        Fields wanted = Fields.of(applied, target.type().schema());
        Set<List<String>> own = owned(wanted);
        Map<Writer, Set<List<String>>> owners = owners(live);
        Set<List<String>> before = owners.getOrDefault(writer, Set.of());
        owners.remove(writer);
        Map<Writer, Set<List<String>>> conflicts = new LinkedHashMap<>();
        owners.forEach((owner, paths) -> {
            Set<List<String>> lost = new HashSet<>(paths);
            lost.removeIf(path -> !own.contains(path) || wanted.sameAt(path, present));
            if (!lost.isEmpty()) {
                conflicts.put(owner, lost);
            }
            paths.removeAll(lost);
        });
        if (!conflicts.isEmpty() && !force) {
            throw conflict(conflicts);
        }
        wanted.leaves().forEach(present::put);
        for (List<String> path : before) {
            if (!covers(own, path) && owners.values().stream().noneMatch(paths -> covers(paths, path))) {
                present.remove(path);
            }
        }
        owners.put(writer, own);
        ObjectNode merged = present.object();
        writeOwners(merged, owners, live);
        return merged;
    }

    /// Whether the path, something below it or a whole that contains it is among them.
    private static boolean covers(Set<List<String>> paths, List<String> path) {
        return paths.stream().anyMatch(p -> Fields.isIn(p, path) || Fields.isIn(path, p));
    }

    private static Set<List<String>> owned(Fields fields) {
        Set<List<String>> paths = fields.paths();
        paths.removeIf(path -> switch (path.getFirst()) {
            case "f:apiVersion", "f:kind" -> true;
            case "f:metadata" -> path.size() == 1 || IDENTITY.contains(path.get(1));
            case String other -> false;
        });
        return paths;
    }

    private StatusError conflict(Map<Writer, Set<List<String>>> conflicts) {
        List<StatusError.Cause> causes = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        conflicts.forEach((owner, paths) -> {
            List<String> names = paths.stream().map(Apply::name).sorted().toList();
            names.forEach(n -> causes.add(new StatusError.Cause("FieldManagerConflict", "conflict with " + owner, n)));
            lines.add(
                    names.size() == 1
                            ? "conflict with " + owner + ": " + names.getFirst()
                            : "conflicts with " + owner + ":\n- " + String.join("\n- ", names));
        });
        String count = causes.size() + (causes.size() == 1 ? " conflict: " : " conflicts: ");
        return new StatusError(409, "Conflict", "Apply failed with " + count + String.join("\n", lines))
                .details(target, target.type().plural())
                .causes(causes);
    }

    /// As in messages: `.spec.ports[name="a"].port`
    private static String name(List<String> path) {
        StringBuilder name = new StringBuilder();
        for (String step : path) {
            String rest = step.substring(Math.min(2, step.length()));
            name.append(
                    switch (step.charAt(0)) {
                        case 'f' -> "." + rest;
                        case 'v' -> "[=" + rest + "]";
                        case 'k' -> "[" + rest.substring(1, rest.length() - 1).replaceAll("\"([^\"]*)\":", "$1=") + "]";
                        default -> "";
                    });
        }
        return name.toString();
    }

    /// Gives the fields that differ to the writer and takes them from everybody else.
    void update(JsonNode before, ObjectNode after, Writer writer) {
        Fields old = Fields.of(before, target.type().schema());
        Fields now = Fields.of(after, target.type().schema());
        Set<List<String>> changed = owned(now);
        changed.removeIf(path -> now.sameAt(path, old));
        Set<List<String>> removed = owned(old);
        removed.removeAll(now.paths());
        if (changed.isEmpty() && removed.isEmpty()) {
            return;
        }
        Map<Writer, Set<List<String>>> owners = owners(after);
        owners.values().forEach(paths -> {
            paths.removeAll(changed);
            paths.removeAll(removed);
        });
        owners.computeIfAbsent(writer, w -> new HashSet<>()).addAll(changed);
        writeOwners(after, owners, before);
    }

    private static Map<Writer, Set<List<String>>> owners(JsonNode object) {
        Map<Writer, Set<List<String>>> owners = new LinkedHashMap<>();
        for (JsonNode entry : object.at("/metadata/managedFields")) {
            owners.put(Writer.of(entry), Fields.ofFieldsV1(entry.path("fieldsV1")));
        }
        return owners;
    }

    /// Entries whose fields did not change keep their time.
    private static void writeOwners(ObjectNode object, Map<Writer, Set<List<String>>> owners, JsonNode before) {
        Map<String, ObjectNode> entries = new TreeMap<>();
        owners.forEach((writer, paths) -> {
            if (paths.isEmpty()) {
                return;
            }
            ObjectNode entry = Json.object()
                    .put("manager", writer.manager())
                    .put("operation", writer.operation())
                    .put("apiVersion", writer.apiVersion())
                    .put("fieldsType", "FieldsV1")
                    .set("fieldsV1", Fields.fieldsV1(paths));
            Json.putOrRemove(
                    entry,
                    "subresource",
                    writer.subresource(),
                    writer.subresource().isEmpty());
            String time = Json.stream(before.at("/metadata/managedFields"))
                    .filter(e -> ((ObjectNode) e.deepCopy()).without("time").equals(entry))
                    .map(e -> e.path("time").asText())
                    .findFirst()
                    .orElseGet(Json::now);
            // All that is applied comes before all that is updated.
            entries.put(writer.operation() + writer, entry.put("time", time));
        });
        ArrayNode list = Json.array().addAll(entries.values());
        Json.putOrRemove(object.withObject("/metadata"), "managedFields", list, list.isEmpty());
    }
}
