package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// How Kubernetes objects are read and made: identity, owners, selectors, conditions. Missing fields read as "" or 0.
final class Json {
    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    static String namespace(JsonNode object) {
        return object.at("/metadata/namespace").asText();
    }

    static String uid(JsonNode object) {
        return object.at("/metadata/uid").asText();
    }

    /// `namespace/name`
    static String key(JsonNode object) {
        return namespace(object) + "/" + name(object);
    }

    static boolean deleting(JsonNode object) {
        return object.at("/metadata").hasNonNull("deletionTimestamp");
    }

    static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    static boolean controlledBy(JsonNode object, JsonNode owner) {
        return stream(object.at("/metadata/ownerReferences"))
                .anyMatch(r -> r.path("controller").asBoolean()
                        && r.path("uid").asText().equals(uid(owner)));
    }

    static boolean hasController(JsonNode object) {
        return stream(object.at("/metadata/ownerReferences"))
                .anyMatch(r -> r.path("controller").asBoolean());
    }

    static ObjectNode ownerReference(Kind kind, JsonNode owner) {
        return object().put("apiVersion", kind.apiVersion())
                .put("kind", kind.kind())
                .put("name", name(owner))
                .put("uid", uid(owner))
                .put("controller", true)
                .put("blockOwnerDeletion", true);
    }

    /// A new object of the kind, controlled by the owner and in its namespace.
    static ObjectNode owned(Kind kind, String name, Kind ownerKind, JsonNode owner) {
        ObjectNode object = object().put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        ObjectNode metadata = object.putObject("metadata").put("name", name).put("namespace", namespace(owner));
        metadata.putArray("ownerReferences").add(ownerReference(ownerKind, owner));
        return object;
    }

    /// Whether a label selector (matchLabels and matchExpressions) takes the object. An empty selector takes all.
    static boolean selects(JsonNode selector, JsonNode object) {
        JsonNode labels = object.at("/metadata/labels");
        return selectsLabels(selector.path("matchLabels"), labels)
                && stream(selector.path("matchExpressions")).allMatch(e -> matches(e, labels));
    }

    /// Whether each label of the plain map is there with that value.
    static boolean selectsLabels(JsonNode wanted, JsonNode labels) {
        return wanted.properties().stream()
                .allMatch(w -> labels.has(w.getKey()) && labels.path(w.getKey()).equals(w.getValue()));
    }

    private static boolean matches(JsonNode expression, JsonNode labels) {
        JsonNode value = labels.path(expression.path("key").asText());
        boolean in = stream(expression.path("values")).anyMatch(value::equals);
        return switch (expression.path("operator").asText()) {
            case "In" -> in;
            case "NotIn" -> !in;
            case "Exists" -> !value.isMissingNode();
            case "DoesNotExist" -> value.isMissingNode();
            case String other -> throw new IllegalArgumentException("selector operator " + other);
        };
    }

    static boolean podReady(JsonNode pod) {
        return !deleting(pod) && conditionIs(pod, "Ready", "True");
    }

    static boolean terminal(JsonNode pod) {
        String phase = pod.at("/status/phase").asText();
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    static boolean conditionIs(JsonNode object, String type, String status) {
        return stream(object.at("/status/conditions"))
                .anyMatch(c -> c.path("type").asText().equals(type)
                        && c.path("status").asText().equals(status));
    }

    /// Sets a condition; its transition time moves only with its status. Empty reason and message are left out.
    static void condition(ObjectNode status, String type, String value, String reason, String message) {
        ArrayNode conditions = status.withArray("conditions");
        ObjectNode condition = null;
        for (JsonNode c : conditions) {
            if (c.path("type").asText().equals(type)) {
                condition = (ObjectNode) c;
            }
        }
        if (condition == null) {
            condition = conditions.addObject().put("type", type);
        }
        if (!condition.path("status").asText().equals(value)) {
            condition.put("status", value).put("lastTransitionTime", now());
        }
        text(condition, "reason", reason);
        text(condition, "message", message);
    }

    static void text(ObjectNode node, String field, String value) {
        if (value.isEmpty()) {
            node.remove(field);
        } else {
            node.put(field, value);
        }
    }

    /// Zero counts are absent in the statuses of built-in kinds.
    static void count(ObjectNode node, String field, long value) {
        if (value == 0) {
            node.remove(field);
        } else {
            node.put(field, value);
        }
    }

    static ObjectNode labels(Map<String, String> labels) {
        ObjectNode node = object();
        labels.forEach(node::put);
        return node;
    }

    static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// The first ten hex digits of a digest of the text: for names that follow from contents.
    static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, 10);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
