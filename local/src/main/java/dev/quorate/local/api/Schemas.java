package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/// Custom objects against the schema of their definition: unknown fields go, defaults come, the rest is checked, last
/// by
/// the CEL rules. Built-in kinds pass as they are. Any thread.
final class Schemas {
    private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";

    private final CelRules rules = new CelRules();

    /// @param before the present state; missing at creation
    /// @return the object as it may be stored
    /// @throws StatusError 422 with each fault's field
    ObjectNode complete(ResourceType type, ObjectNode object, JsonNode before) {
        if (!type.custom() || type.schema().isMissingNode()) {
            return object;
        }
        ObjectNode result = object.deepCopy();
        prune(result, type.schema(), true);
        fill(result, type.schema());
        List<StatusError.Cause> causes = new ArrayList<>();
        check(result, type.schema(), "", causes);
        if (causes.isEmpty()) {
            rules.check(result, before, type.schema(), "", causes);
        }
        if (!causes.isEmpty()) {
            throw StatusError.invalid(type, object.at("/metadata/name").asText(), causes);
        }
        return result;
    }

    /// The paths of fields that the schema does not know.
    static List<String> unknown(JsonNode value, JsonNode schema, String path, boolean root) {
        List<String> found = new ArrayList<>();
        if (value.isArray()) {
            int i = 0;
            for (JsonNode item : value) {
                found.addAll(unknown(item, schema.path("items"), path + "[" + i++ + "]", false));
            }
        } else if (value.isObject() && !schema.path(PRESERVE).asBoolean() && !schema.isMissingNode()) {
            value.properties().forEach(field -> {
                String at = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
                if (root && Set.of("apiVersion", "kind", "metadata").contains(field.getKey())) {
                    return;
                }
                JsonNode child = child(schema, field.getKey());
                if (child.isMissingNode()) {
                    found.add(at);
                } else {
                    found.addAll(unknown(field.getValue(), child, at, false));
                }
            });
        }
        return found;
    }

    private static JsonNode child(JsonNode schema, String field) {
        JsonNode property = schema.path("properties").path(field);
        return property.isMissingNode() ? schema.path("additionalProperties") : property;
    }

    private static void prune(JsonNode value, JsonNode schema, boolean root) {
        if (value.isArray()) {
            value.forEach(item -> prune(item, schema.path("items"), false));
        } else if (value instanceof ObjectNode object && !schema.path(PRESERVE).asBoolean()) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                if (root && Set.of("apiVersion", "kind", "metadata").contains(name)) {
                    continue;
                }
                JsonNode child = child(schema, name);
                if (child.isMissingNode()) {
                    object.remove(name);
                } else if (child.isObject()) {
                    prune(object.path(name), child, false);
                }
            }
        }
    }

    private static void fill(JsonNode value, JsonNode schema) {
        if (value.isArray()) {
            value.forEach(item -> fill(item, schema.path("items")));
        } else if (value instanceof ObjectNode object) {
            schema.path("properties").properties().forEach(property -> {
                JsonNode present = object.path(property.getKey());
                JsonNode wanted = property.getValue();
                boolean none = present.isMissingNode()
                        || (present.isNull() && !wanted.path("nullable").asBoolean());
                if (none && wanted.has("default")) {
                    object.set(property.getKey(), wanted.path("default").deepCopy());
                } else if (none && present.isNull()) {
                    object.remove(property.getKey());
                }
                fill(object.path(property.getKey()), wanted);
            });
            if (schema.path("additionalProperties").isObject()) {
                object.forEach(child -> fill(child, schema.path("additionalProperties")));
            }
        }
    }

    private static void check(JsonNode value, JsonNode schema, String path, List<StatusError.Cause> causes) {
        if (value.isNull() && schema.path("nullable").asBoolean()) {
            return;
        }
        if (!typeMatches(value, schema)) {
            String type = schema.path("x-kubernetes-int-or-string").asBoolean()
                    ? "integer,string"
                    : schema.path("type").asText();
            fault(
                    causes,
                    "FieldValueTypeInvalid",
                    "Invalid value: \"" + typeOf(value) + "\": " + path + " in body must be of type " + type + ": \""
                            + typeOf(value) + "\"",
                    path);
            return;
        }
        checkScalar(value, schema, path, causes);
        if (value.isArray()) {
            checkList(value, schema, path, causes);
        } else if (value.isObject()) {
            for (JsonNode required : schema.path("required")) {
                if (!value.has(required.asText())) {
                    fault(causes, "FieldValueRequired", "Required value", join(path, required.asText()));
                }
            }
            value.properties().forEach(field -> {
                JsonNode child = child(schema, field.getKey());
                if (child.isObject()) {
                    check(field.getValue(), child, join(path, field.getKey()), causes);
                }
            });
            limit(value.size(), schema, "maxProperties", "have at most %d properties", path, causes);
        }
    }

    static String join(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    private static void fault(List<StatusError.Cause> causes, String reason, String message, String path) {
        causes.add(new StatusError.Cause(reason, message, path));
    }

    private static boolean typeMatches(JsonNode value, JsonNode schema) {
        if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
            return value.isIntegralNumber() || value.isTextual();
        }
        return switch (schema.path("type").asText()) {
            case "" -> true;
            case "number" -> value.isNumber();
            case String type -> typeOf(value).equals(type);
        };
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

    private static void checkScalar(JsonNode value, JsonNode schema, String path, List<StatusError.Cause> causes) {
        JsonNode allowed = schema.path("enum");
        if (allowed.isArray()
                && StreamSupport.stream(allowed.spliterator(), false).noneMatch(value::equals)) {
            String list = String.join(
                    ", ",
                    StreamSupport.stream(allowed.spliterator(), false)
                            .map(JsonNode::toString)
                            .toList());
            fault(
                    causes,
                    "FieldValueNotSupported",
                    "Unsupported value: " + value + ": supported values: " + list,
                    path);
        }
        if (value.isTextual()) {
            String pattern = schema.path("pattern").asText();
            if (!pattern.isEmpty()
                    && !Pattern.compile(pattern).matcher(value.asText()).find()) {
                fault(
                        causes,
                        "FieldValueInvalid",
                        "Invalid value: " + value + ": " + path + " in body should match '" + pattern + "'",
                        path);
            }
            limit(value.asText().length(), schema, "maxLength", "be at most %d chars long", path, causes);
            limit(value.asText().length(), schema, "minLength", "be at least %d chars long", path, causes);
        }
        if (value.isNumber()) {
            bound(value, schema, "minimum", "greater than or equal to", path, causes);
            bound(value, schema, "maximum", "less than or equal to", path, causes);
        }
    }

    private static void bound(
            JsonNode value, JsonNode schema, String field, String words, String path, List<StatusError.Cause> causes) {
        if (schema.has(field)) {
            int order = value.decimalValue().compareTo(schema.path(field).decimalValue());
            if (field.equals("minimum") ? order < 0 : order > 0) {
                fault(
                        causes,
                        "FieldValueInvalid",
                        "Invalid value: " + value + ": " + path + " in body should be " + words + " "
                                + schema.path(field)
                                        .decimalValue()
                                        .stripTrailingZeros()
                                        .toPlainString(),
                        path);
            }
        }
    }

    private static void limit(
            int size, JsonNode schema, String field, String words, String path, List<StatusError.Cause> causes) {
        if (schema.has(field)) {
            int limit = schema.path(field).asInt();
            if (field.startsWith("max") ? size > limit : size < limit) {
                fault(
                        causes,
                        "FieldValueInvalid",
                        "Invalid value: " + size + ": " + path + " in body should " + words.formatted(limit),
                        path);
            }
        }
    }

    private static void checkList(JsonNode list, JsonNode schema, String path, List<StatusError.Cause> causes) {
        limit(list.size(), schema, "maxItems", "have at most %d items", path, causes);
        limit(list.size(), schema, "minItems", "have at least %d items", path, causes);
        Set<String> seen = new HashSet<>();
        String listType = schema.path("x-kubernetes-list-type").asText();
        int i = 0;
        for (JsonNode item : list) {
            String at = path + "[" + i++ + "]";
            check(item, schema.path("items"), at, causes);
            if (!listType.isEmpty() && !listType.equals("atomic")) {
                List<String> keys = new ArrayList<>();
                schema.path("x-kubernetes-list-map-keys")
                        .forEach(k -> keys.add(k.asText() + "=" + item.path(k.asText())));
                String identity = keys.isEmpty() ? item.toString() : keys.toString();
                if (!seen.add(identity)) {
                    fault(causes, "FieldValueDuplicate", "Duplicate value: " + identity, at);
                }
            }
        }
    }
}
