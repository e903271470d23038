package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

/// One object against the schema of its kind: unknown fields go, defaults come, the rest is checked. The schemas of
/// built-in kinds are open: nothing in them is unknown.
///
/// @param rules check what is well-formed
/// @param pruning whether unknown fields go
/// @param unknown gets the paths of those
/// @param faults gets what is wrong
record Schemas(CelRules rules, boolean pruning, List<String> unknown, List<StatusError.Cause> faults) {
    private record Limit(String keyword, BiPredicate<JsonNode, JsonNode> holds, String text) {}

    private static final List<Limit> LIMITS = List.of(
            new Limit("minimum", (v, l) -> v.asDouble() >= l.asDouble(), "be greater than or equal to %s"),
            new Limit("maximum", (v, l) -> v.asDouble() <= l.asDouble(), "be less than or equal to %s"),
            new Limit("minLength", (v, l) -> v.asText().length() >= l.asInt(), "be at least %s chars long"),
            new Limit("maxLength", (v, l) -> v.asText().length() <= l.asInt(), "be at most %s chars long"),
            new Limit(
                    "pattern",
                    (v, l) -> !v.isTextual()
                            || Pattern.compile(l.asText()).matcher(v.asText()).find(),
                    "match '%s'"),
            new Limit("minItems", (v, l) -> v.size() >= l.asInt(), "have at least %s items"),
            new Limit("maxItems", (v, l) -> v.size() <= l.asInt(), "have at most %s items"),
            new Limit("minProperties", (v, l) -> v.size() >= l.asInt(), "have at least %s properties"),
            new Limit("maxProperties", (v, l) -> v.size() <= l.asInt(), "have at most %s properties"));
    private static final Set<String> ENVELOPE = Set.of("apiVersion", "kind", "metadata");

    private void fault(String path, String reason, String message) {
        faults.add(new StatusError.Cause(reason, message, path));
    }

    /// @param value is changed
    /// @param before the value before the write; missing if there was none
    /// @param path of the value, such as `spec.ports[0]`; empty for the object
    void complete(JsonNode value, JsonNode before, JsonNode schema, String path) {
        int known = faults.size();
        if ((value.isNull() && schema.path("nullable").asBoolean()) || !isOfType(value, schema, path)) {
            return;
        }
        List<JsonNode> allowed = Json.stream(schema.path("enum")).toList();
        if (!allowed.isEmpty() && !allowed.contains(value)) {
            String names =
                    String.join(", ", allowed.stream().map(JsonNode::toString).toList());
            fault(path, "FieldValueNotSupported", "Unsupported value: " + value + ": supported values: " + names);
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
            completeFields(object, before, schema, path);
        } else {
            completeItems(value, before, schema, path);
        }
        if (faults.size() == known) {
            rules.check(value, before, schema, path, faults);
        }
    }

    private boolean isOfType(JsonNode value, JsonNode schema, String path) {
        boolean either = schema.path("x-kubernetes-int-or-string").asBoolean();
        String wanted = either ? "integer,string" : schema.path("type").asText();
        String found = typeOf(value);
        boolean number = wanted.equals("number") && value.isNumber();
        boolean fits = wanted.isEmpty() || number || List.of(wanted.split(",")).contains(found);
        if (!fits) {
            String form = "Invalid value: \"%s\": %s in body must be of type %s: \"%s\"";
            fault(path, "FieldValueTypeInvalid", form.formatted(found, path, wanted, found));
        }
        return fits;
    }

    private void completeFields(ObjectNode object, JsonNode before, JsonNode schema, String path) {
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
            JsonNode given = object.path(property.getKey());
            boolean absent = given.isMissingNode()
                    || (given.isNull() && !wanted.path("nullable").asBoolean());
            if (absent && wanted.has("default")) {
                object.set(property.getKey(), wanted.path("default").deepCopy());
            } else if (absent) {
                object.remove(property.getKey());
            }
        });
        for (String required : Json.texts(schema.path("required"))) {
            if (!object.has(required)) {
                fault(join(path, required), "FieldValueRequired", "Required value");
            }
        }
        object.properties().forEach(field -> {
            String name = field.getKey();
            complete(field.getValue(), before.path(name), ResourceType.field(schema, name), join(path, name));
        });
    }

    private void completeItems(JsonNode list, JsonNode before, JsonNode schema, String path) {
        Set<String> seen = new HashSet<>();
        boolean unique = schema.path("x-kubernetes-list-type").asText().matches("map|set");
        List<String> keys = Json.texts(schema.path("x-kubernetes-list-map-keys"));
        for (int i = 0; i < list.size(); i++) {
            JsonNode item = list.get(i);
            String at = path + "[" + i + "]";
            // Only items of keyed lists have a past.
            JsonNode old =
                    Json.first(before, b -> !keys.isEmpty() && identity(b, keys).equals(identity(item, keys)));
            complete(item, old, schema.path("items"), at);
            if (unique && !seen.add(identity(item, keys))) {
                fault(at, "FieldValueDuplicate", "Duplicate value: " + identity(item, keys));
            }
        }
    }

    private static String identity(JsonNode item, List<String> keys) {
        List<String> values = keys.stream().map(k -> k + "=" + item.path(k)).toList();
        return keys.isEmpty() ? item.toString() : values.toString();
    }

    static String join(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    static String typeOf(JsonNode value) {
        return value.isIntegralNumber() ? "integer" : value.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
