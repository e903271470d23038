package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

/// One object against the schema of its kind: unknown fields go, defaults come, the rest is checked. The schemas of
/// built-in kinds are open: nothing in them is unknown.
///
/// @param pruning whether unknown fields go
/// @param unknown gets the paths of those
/// @param faults gets what is wrong
record Schemas(boolean pruning, List<String> unknown, List<StatusError.Cause> faults) {
    private record Limit(String keyword, BiPredicate<JsonNode, JsonNode> holds, String text) {}

    private static final List<Limit> LIMITS = List.of(
            new Limit("minimum", (v, l) -> v.asDouble() >= l.asDouble(), "be greater than or equal to %s"),
            new Limit("maximum", (v, l) -> v.asDouble() <= l.asDouble(), "be less than or equal to %s"),
            new Limit("minLength", (v, l) -> v.asText().length() >= l.asInt(), "be at least %s chars long"),
            new Limit("maxLength", (v, l) -> v.asText().length() <= l.asInt(), "be at most %s chars long"),
            new Limit("pattern", (v, l) -> !v.isTextual() || matches(l.asText(), v.asText()), "match '%s'"),
            new Limit("minItems", (v, l) -> v.size() >= l.asInt(), "have at least %s items"),
            new Limit("maxItems", (v, l) -> v.size() <= l.asInt(), "have at most %s items"),
            new Limit("minProperties", (v, l) -> v.size() >= l.asInt(), "have at least %s properties"),
            new Limit("maxProperties", (v, l) -> v.size() <= l.asInt(), "have at most %s properties"));
    private static final Set<String> ENVELOPE = Set.of("apiVersion", "kind", "metadata");

    private static boolean matches(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).find();
    }

    private void fault(String path, String reason, String message) {
        faults.add(new StatusError.Cause(reason, message, path));
    }

    /// @param value is changed
    /// @param path of the value, such as `spec.ports[0]`; empty for the object
    void complete(JsonNode value, JsonNode schema, String path) {
        if (value.isNull() && schema.path("nullable").asBoolean()) {
            return;
        }
        boolean either = schema.path("x-kubernetes-int-or-string").asBoolean();
        String type = either ? "integer,string" : schema.path("type").asText();
        boolean number = type.equals("number") && value.isNumber();
        if (!type.isEmpty() && !number && !List.of(type.split(",")).contains(typeOf(value))) {
            String found = "\"" + typeOf(value) + "\"";
            String rule = path + " in body must be of type " + type;
            fault(path, "FieldValueTypeInvalid", "Invalid value: " + found + ": " + rule + ": " + found);
            return;
        }
        if (schema.has("enum") && !Json.stream(schema.path("enum")).toList().contains(value)) {
            String known = String.join(
                    ", ",
                    Json.stream(schema.path("enum")).map(JsonNode::toString).toList());
            fault(path, "FieldValueNotSupported", "Unsupported value: " + value + ": supported values: " + known);
        }
        for (Limit limit : LIMITS) {
            JsonNode bound = schema.path(limit.keyword());
            if (!bound.isMissingNode() && !limit.holds().test(value, bound)) {
                String shown = value.isContainerNode() ? String.valueOf(value.size()) : value.toString();
                String rule = path + " in body should " + limit.text().formatted(bound.asText());
                fault(path, "FieldValueInvalid", "Invalid value: " + shown + ": " + rule);
            }
        }
        if (value instanceof ObjectNode object) {
            completeFields(object, schema, path);
        } else {
            completeItems(value, schema, path);
        }
    }

    private void completeFields(ObjectNode object, JsonNode schema, String path) {
        boolean open = schema.isMissingNode()
                || schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()
                || path.matches("metadata\\b.*");
        for (String name :
                List.copyOf(object.propertyStream().map(p -> p.getKey()).toList())) {
            boolean known = ResourceType.field(schema, name).isObject() || (path.isEmpty() && ENVELOPE.contains(name));
            if (pruning && !open && !known) {
                unknown.add(join(path, name));
                object.remove(name);
            }
        }
        schema.path("properties").properties().forEach(property -> {
            JsonNode wanted = property.getValue();
            boolean nullable = wanted.path("nullable").asBoolean();
            if (!object.has(property.getKey())
                    || (object.path(property.getKey()).isNull() && !nullable)) {
                JsonNode usual = wanted.path("default").deepCopy();
                Json.putOrRemove(object, property.getKey(), usual, usual.isMissingNode());
            }
        });
        for (String required : Json.texts(schema.path("required"))) {
            if (!object.has(required)) {
                fault(join(path, required), "FieldValueRequired", "Required value");
            }
        }
        object.properties()
                .forEach(field -> complete(
                        field.getValue(), ResourceType.field(schema, field.getKey()), join(path, field.getKey())));
    }

    private void completeItems(JsonNode list, JsonNode schema, String path) {
        Set<String> seen = new HashSet<>();
        boolean unique = schema.path("x-kubernetes-list-type").asText().matches("map|set");
        for (int i = 0; i < list.size(); i++) {
            JsonNode item = list.get(i);
            String at = path + "[" + i + "]";
            complete(item, schema.path("items"), at);
            List<String> keys = Json.stream(schema.path("x-kubernetes-list-map-keys"))
                    .map(k -> k.asText() + "=" + item.path(k.asText()))
                    .toList();
            String identity = keys.isEmpty() ? item.toString() : keys.toString();
            if (unique && !seen.add(identity)) {
                fault(at, "FieldValueDuplicate", "Duplicate value: " + identity);
            }
        }
    }

    static String join(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "array";
            case BOOLEAN -> "boolean";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case STRING -> "string";
            case OBJECT, POJO -> "object";
            case NULL, MISSING, BINARY -> "null";
        };
    }
}
