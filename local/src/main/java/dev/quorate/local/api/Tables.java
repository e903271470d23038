package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.quorate.local.store.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// Objects as `kubectl get` shows them: name, the kind's printer columns, age. Any thread.
record Tables(CelRules expressions) {
    /// What JSONPath has and CEL has not: `[?(@.type=="Ready")]`.
    private static final String FILTER = "\\[\\?\\(@\\.(\\w+)\\s*==\\s*[\"']([^\"']*)[\"']\\)]";
    private static final JsonNode NAME = Json.of("{name: Name, type: string, format: name}");
    private static final JsonNode AGE = Json.of("{name: Age, type: date, jsonPath: .metadata.creationTimestamp}");

    /// @param node an object or a list of such
    ObjectNode of(ResourceType type, JsonNode node, boolean withColumns) {
        ArrayNode columns = Json.array().addAll(Json.stream(type.columns()).toList());
        if (columns.isEmpty() || !type.custom()) {
            columns.add(AGE);
        }
        ObjectNode table = Json.of("{kind: Table, apiVersion: meta.k8s.io/v1, metadata: {}}");
        table.withObject("/metadata").set("resourceVersion", node.at("/metadata/resourceVersion"));
        table.set("columnDefinitions", withColumns ? Json.array().add(NAME).addAll(columns) : NullNode.instance);
        ArrayNode rows = table.putArray("rows");
        for (JsonNode item :
                node.has("items") ? node.path("items") : Json.array().add(node)) {
            ObjectNode row = rows.addObject();
            ArrayNode cells = row.putArray("cells").add(Json.name(item));
            columns.forEach(c -> cells.add(cell(c, item)));
            row.set("object", Json.of("{kind: PartialObjectMetadata, apiVersion: meta.k8s.io/v1}"));
            row.withObject("/object").set("metadata", item.path("metadata"));
        }
        return table;
    }

    private JsonNode cell(JsonNode column, JsonNode object) {
        String path = column.path("jsonPath").asText().replaceAll(FILTER, ".filter(i, i.$1 == '$2')[0]");
        JsonNode value = expressions.value(column.path("cel").asText("self" + path), object);
        if (column.path("type").asText().equals("date") && !value.isNull()) {
            Duration age = Duration.between(Instant.parse(value.asText()), Instant.now());
            return TextNode.valueOf(
                    age.truncatedTo(ChronoUnit.SECONDS).toString().substring(2).toLowerCase(Locale.ROOT));
        }
        return value.isContainerNode() ? TextNode.valueOf(value.toString()) : value;
    }
}
