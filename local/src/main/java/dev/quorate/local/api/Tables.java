package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Objects as `kubectl get` shows them: a custom kind's printer columns, a few columns for built-in kinds. Pure.
final class Tables {
    /// @param path of the value, in JSONPath without braces
    private record Column(String name, String type, String path, int priority) {}

    private static final Column AGE = new Column("Age", "date", ".metadata.creationTimestamp", 0);
    private static final Map<String, List<Column>> BUILT_IN = Map.of(
            "Pod",
                    List.of(
                            new Column("Ready", "string", "#ready", 0),
                            new Column("Status", "string", "#status", 0),
                            new Column("Restarts", "string", "#restarts", 0),
                            AGE,
                            new Column("IP", "string", ".status.podIP", 1),
                            new Column("Node", "string", ".spec.nodeName", 1)),
            "StatefulSet", List.of(new Column("Ready", "string", "#replicas", 0), AGE),
            "Service",
                    List.of(
                            new Column("Type", "string", ".spec.type", 0),
                            new Column("Cluster-IP", "string", ".spec.clusterIP", 0),
                            AGE),
            "PersistentVolumeClaim",
                    List.of(
                            new Column("Status", "string", ".status.phase", 0),
                            new Column("Volume", "string", ".spec.volumeName", 0),
                            new Column("Capacity", "string", ".status.capacity.storage", 0),
                            AGE),
            "Job",
                    List.of(
                            new Column("Succeeded", "string", ".status.succeeded", 0),
                            new Column("Failed", "string", ".status.failed", 0),
                            AGE),
            "Event",
                    List.of(
                            new Column("Last Seen", "date", ".lastTimestamp", 0),
                            new Column("Type", "string", ".type", 0),
                            new Column("Reason", "string", ".reason", 0),
                            new Column("Object", "string", ".involvedObject.name", 0),
                            new Column("Message", "string", ".message", 0)),
            "Namespace", List.of(new Column("Status", "string", ".status.phase", 0), AGE),
            "PodDisruptionBudget",
                    List.of(
                            new Column("Max Unavailable", "string", ".spec.maxUnavailable", 0),
                            new Column("Allowed Disruptions", "integer", ".status.disruptionsAllowed", 0),
                            AGE));

    private Tables() {}

    static ObjectNode of(ResourceType type, JsonNode node, boolean withColumns) {
        List<Column> columns = columns(type);
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.putObject("metadata")
                .put("resourceVersion", node.at("/metadata/resourceVersion").asText());
        if (withColumns) {
            ArrayNode definitions = table.putArray("columnDefinitions");
            definition(definitions, new Column("Name", "string", "", 0), "name");
            columns.forEach(c -> definition(definitions, c, ""));
        } else {
            table.putNull("columnDefinitions");
        }
        ArrayNode rows = table.putArray("rows");
        if (node.has("items")) {
            node.path("items").forEach(item -> row(rows, columns, item));
        } else {
            row(rows, columns, node);
        }
        return table;
    }

    private static List<Column> columns(ResourceType type) {
        List<Column> columns = new ArrayList<>();
        for (JsonNode column : type.definition().path("additionalPrinterColumns")) {
            columns.add(new Column(
                    column.path("name").asText(),
                    column.path("type").asText(),
                    column.path("jsonPath").asText(),
                    column.path("priority").asInt()));
        }
        return columns.isEmpty() ? BUILT_IN.getOrDefault(type.custom() ? "" : type.kind(), List.of(AGE)) : columns;
    }

    private static void definition(ArrayNode definitions, Column column, String format) {
        definitions
                .addObject()
                .put("name", column.name())
                .put("type", column.type())
                .put("format", format)
                .put("description", column.name())
                .put("priority", column.priority());
    }

    private static void row(ArrayNode rows, List<Column> columns, JsonNode object) {
        ObjectNode row = rows.addObject();
        ArrayNode cells = row.putArray("cells");
        cells.add(object.at("/metadata/name").asText());
        columns.forEach(c -> cells.add(cell(c, object)));
        ObjectNode partial =
                row.putObject("object").put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
        partial.set("metadata", object.path("metadata"));
    }

    private static JsonNode cell(Column column, JsonNode object) {
        JsonNode value =
                switch (column.path()) {
                    case "#ready" ->
                        text(ready(object) + "/" + object.at("/spec/containers").size());
                    case "#status" -> text(podStatus(object));
                    case "#restarts" -> text(restarts(object));
                    case "#replicas" ->
                        text(object.at("/status/readyReplicas").asInt() + "/"
                                + object.at("/spec/replicas").asInt(1));
                    case String path -> JsonPath.get(object, path);
                };
        if (value.isMissingNode() || value.isNull()) {
            return object.path("none").isMissingNode() ? Json.object().nullNode() : value;
        }
        if (column.type().equals("date")) {
            return text(age(value.asText()));
        }
        return value.isContainerNode() ? text(value.toString()) : value;
    }

    private static JsonNode text(String text) {
        return Json.object().textNode(text);
    }

    private static long ready(JsonNode pod) {
        long ready = 0;
        for (JsonNode container : pod.at("/status/containerStatuses")) {
            ready += container.path("ready").asBoolean() ? 1 : 0;
        }
        return ready;
    }

    private static String restarts(JsonNode pod) {
        long restarts = 0;
        for (JsonNode container : pod.at("/status/containerStatuses")) {
            restarts += container.path("restartCount").asLong();
        }
        return String.valueOf(restarts);
    }

    private static String podStatus(JsonNode pod) {
        if (pod.at("/metadata").has("deletionTimestamp")) {
            return "Terminating";
        }
        String status = pod.at("/status/phase").asText();
        for (JsonNode container : pod.at("/status/containerStatuses")) {
            String waiting = container.at("/state/waiting/reason").asText();
            String terminated = container.at("/state/terminated/reason").asText();
            status = !waiting.isEmpty() ? waiting : !terminated.isEmpty() ? terminated : status;
        }
        return status;
    }

    /// As kubectl writes ages: the two largest units while they are small.
    static String age(String time) {
        Duration age;
        try {
            age = Duration.between(Instant.parse(time), Instant.now());
        } catch (DateTimeParseException e) {
            return "<unknown>";
        }
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 600) {
            return seconds / 60 + "m" + (seconds % 60 == 0 ? "" : seconds % 60 + "s");
        }
        if (seconds < 3 * 3600) {
            return seconds / 60 + "m";
        }
        return seconds < 48 * 3600 ? seconds / 3600 + "h" : seconds / 86400 + "d";
    }
}
