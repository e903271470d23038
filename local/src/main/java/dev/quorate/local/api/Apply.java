package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

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
            String apiVersion = Json.text(entry, "/apiVersion");
            String subresource = Json.text(entry, "/subresource");
            return new Writer(Json.text(entry, "/manager"), Json.text(entry, "/operation"), apiVersion, subresource);
        }
    }

    /// Fields that nobody owns.
    private static final Pattern UNOWNED = Pattern.compile("f:(apiVersion|kind|metadata|metadata/f:(name|namespace|uid|"
            + "resourceVersion|generation|creationTimestamp|deletion.*|managedFields)(/.*)?)");

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
        List<StatusError.Cause> conflicts = new ArrayList<>();
        owners.forEach((owner, paths) -> {
            Set<List<String>> lost = new HashSet<>(paths);
            lost.removeIf(path -> !own.contains(path) || wanted.sameAt(path, present));
            paths.removeAll(lost);
            for (String name : lost.stream().map(Apply::name).sorted().toList()) {
                conflicts.add(new StatusError.Cause(
                        "FieldManagerConflict", "conflict with \"" + owner.manager() + "\"", name));
            }
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
        writeOwners(merged, owners);
        return merged;
    }

    /// Whether the path, something below it or a whole that contains it is among them.
    private static boolean covers(Set<List<String>> paths, List<String> path) {
        return paths.stream().anyMatch(p -> Fields.isIn(p, path) || Fields.isIn(path, p));
    }

    private static Set<List<String>> owned(Fields fields) {
        Set<List<String>> paths = fields.paths();
        paths.removeIf(path -> UNOWNED.matcher(String.join("/", path)).matches());
        return paths;
    }

    private StatusError conflict(List<StatusError.Cause> conflicts) {
        List<String> lines = new ArrayList<>();
        conflicts.forEach(c -> lines.add(c.message() + ": " + c.field()));
        String count = lines.size() + (lines.size() == 1 ? " conflict: " : " conflicts: ");
        String message = "Apply failed with " + count + String.join("\n", lines);
        return new StatusError(409, "Conflict", message)
                .details(target, target.type().plural(), conflicts);
    }

    /// As in messages: `.spec.ports[name="a"].port`
    private static String name(List<String> path) {
        StringBuilder name = new StringBuilder();
        for (String step : path) {
            String keys = step.replaceAll("\"(\\w+)\":", "$1=").replaceFirst("^k:\\{(.*)}", "[$1]");
            name.append(keys.replaceFirst("^f:", ".").replaceFirst("^v:(.*)", "[=$1]"));
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
        writeOwners(after, owners);
    }

    private static Map<Writer, Set<List<String>>> owners(JsonNode object) {
        Map<Writer, Set<List<String>>> owners = new LinkedHashMap<>();
        for (JsonNode entry : object.at("/metadata/managedFields")) {
            owners.put(Writer.of(entry), Fields.ofFieldsV1(entry.path("fieldsV1")));
        }
        return owners;
    }

    /// Without times: writing the same again changes nothing.
    private static void writeOwners(ObjectNode object, Map<Writer, Set<List<String>>> owners) {
        Map<String, ObjectNode> entries = new TreeMap<>();
        owners.forEach((writer, paths) -> {
            if (paths.isEmpty()) {
                return;
            }
            ObjectNode entry = ((ObjectNode) Json.valueOf(writer)).put("fieldsType", "FieldsV1");
            entry.set("fieldsV1", Fields.fieldsV1(paths));
            Json.putUnlessEmpty(entry, "subresource", writer.subresource());
            // All that is applied comes before all that is updated.
            entries.put(writer.operation() + writer, entry);
        });
        Json.putUnlessEmpty(object.withObject("/metadata"), "managedFields", entries.values());
    }
}
