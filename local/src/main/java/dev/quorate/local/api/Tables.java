package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.quorate.local.store.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Objects as `kubectl get` shows them: name, the kind's printer columns, age. Any thread.
record Tables(CelRules expressions) {
    /// The part of JSONPath that printer columns use: fields, indexes and `[?(@.type=="Ready")]`.
    private static final Pattern STEP =
            Pattern.compile("\\.((?:[\\w-]|\\\\\\.)+)|\\[(\\d+)]|\\[\\?\\(@\\.(\\w+)\\s*==\\s*[\"']([^\"']*)[\"']\\)]");
    private static final JsonNode AGE =
            Json.of("{name: Age, type: date, jsonPath: .metadata.creationTimestamp, priority: 0}");

    /// @param node an object or a list of such
    ObjectNode of(ResourceType type, JsonNode node, boolean withColumns) {
        ArrayNode columns = Json.array();
        type.columns().forEach(columns::add);
        if (columns.isEmpty() || !type.custom()) {
            columns.add(AGE);
        }
        ObjectNode table = Json.of("{kind: Table, apiVersion: meta.k8s.io/v1, metadata: {}}");
        table.withObject("/metadata").set("resourceVersion", node.at("/metadata/resourceVersion"));
        ArrayNode definitions = Json.array();
        definitions.add(Json.of("{name: Name, type: string, format: name, description: '', priority: 0}"));
        columns.forEach(c -> definitions.add(definition(c)));
        table.set("columnDefinitions", withColumns ? definitions : NullNode.instance);
        ArrayNode rows = table.putArray("rows");
        for (JsonNode item :
                node.has("items") ? node.path("items") : Json.array().add(node)) {
            rows.add(row(columns, item));
        }
        return table;
    }

    private static ObjectNode definition(JsonNode column) {
        return Json.object()
                .put("name", column.path("name").asText())
                .put("type", column.path("type").asText("string"))
                .put("format", "")
                .put("description", column.path("description").asText())
                .put("priority", column.path("priority").asInt());
    }

    private ObjectNode row(JsonNode columns, JsonNode object) {
        ObjectNode row = Json.of("{cells: [], object: {kind: PartialObjectMetadata, apiVersion: meta.k8s.io/v1}}");
        row.withArray("cells").add(Json.name(object));
        columns.forEach(c -> row.withArray("cells").add(cell(c, object)));
        row.withObject("/object").set("metadata", object.path("metadata"));
        return row;
    }

    private JsonNode cell(JsonNode column, JsonNode object) {
        if (column.has("cel")) {
            return TextNode.valueOf(expressions.text(column.path("cel").asText(), object));
        }
        JsonNode value = value(object, column.path("jsonPath").asText());
        if (value.isMissingNode() || value.isNull()) {
            return NullNode.instance;
        }
        if (column.path("type").asText().equals("date")) {
            return TextNode.valueOf(age(value.asText()));
        }
        return value.isContainerNode() ? TextNode.valueOf(value.toString()) : value;
    }

    /// The first value at the path; missing if there is none or the path has other steps.
    static JsonNode value(JsonNode root, String path) {
        JsonNode node = root;
        Matcher step = STEP.matcher(path);
        for (int at = 0; at < path.length(); at = step.end()) {
            if (!step.find(at) || step.start() != at) {
                return MissingNode.getInstance();
            } else if (step.group(1) != null) {
                node = node.path(step.group(1).replace("\\.", "."));
            } else if (step.group(2) != null) {
                node = node.path(Integer.parseInt(step.group(2)));
            } else {
                node = Json.named(node, step.group(3), step.group(4));
            }
        }
        return node;
    }

    /// As kubectl writes ages: the two largest units while they are small.
    private static String age(String time) {
        long seconds;
        try {
            seconds = Math.max(
                    0, Duration.between(Instant.parse(time), Instant.now()).toSeconds());
        } catch (DateTimeParseException e) {
            return "<unknown>";
        }
        String rest = seconds < 600 && seconds % 60 != 0 ? seconds % 60 + "s" : "";
        return seconds < 120
                ? seconds + "s"
                : seconds < 3 * 3600
                        ? seconds / 60 + "m" + rest
                        : seconds < 48 * 3600 ? seconds / 3600 + "h" : seconds / 86400 + "d";
    }
}
