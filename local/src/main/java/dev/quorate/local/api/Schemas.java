package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Objects against the schema of their kind: unknown fields go, defaults come, the rest is checked, last by the CEL
/// rules. The schemas of built-in kinds are open: nothing in them is unknown. Any thread.
final class Schemas {
    private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";
    private static final Set<String> ENVELOPE = Set.of("apiVersion", "kind", "metadata");

    private final CelRules rules;

    Schemas(CelRules rules) {
        this.rules = rules;
    }

    /// @param before the present state; missing at creation
    /// @return the object as it may be stored
    /// @throws StatusError 422 with each fault's field
    ObjectNode complete(ResourceType type, ObjectNode object, JsonNode before) {
        ObjectNode result = object.deepCopy();
        if (type.custom()) {
            unknown(result, type.schema(), "", true);
        }
        fill(result, type.schema());
        List<StatusError.Cause> causes = new ArrayList<>();
        check(result, type.schema(), "", causes);
        if (causes.isEmpty()) {
            rules.check(result, before, type.schema(), "", causes);
        }
        if (!causes.isEmpty()) {
            throw StatusError.invalid(type, Json.name(object), causes);
        }
        return result;
    }

    /// The paths of fields that the schema does not know.
    ///
    /// @param remove takes them out of the value
    static List<String> unknown(JsonNode value, JsonNode schema, String path, boolean remove) {
        List<String> found = new ArrayList<>();
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                found.addAll(unknown(value.get(i), schema.path("items"), path + "[" + i + "]", remove));
            }
        } else if (value instanceof ObjectNode object
                && !schema.path(PRESERVE).asBoolean()
                && !schema.isMissingNode()) {
            for (String name :
                    List.copyOf(object.propertyStream().map(p -> p.getKey()).toList())) {
                JsonNode child = ResourceType.field(schema, name);
                if (path.isEmpty() && ENVELOPE.contains(name)) {
                    continue;
                }
                if (!child.isMissingNode()) {
                    found.addAll(unknown(object.path(name), child, join(path, name), remove));
                } else {
                    found.add(join(path, name));
                    if (remove) {
                        object.remove(name);
                    }
                }
            }
        }
        return found;
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
                } else if (none) {
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
            boolean either = schema.path("x-kubernetes-int-or-string").asBoolean();
            String type = either ? "integer,string" : schema.path("type").asText();
            String found = "\"" + typeOf(value) + "\"";
            String message =
                    "Invalid value: " + found + ": " + path + " in body must be of type " + type + ": " + found;
            causes.add(new StatusError.Cause("FieldValueTypeInvalid", message, path));
            return;
        }
        Set<String> list = Set.copyOf(Json.texts(schema.path("enum")));
        if (!list.isEmpty() && !list.contains(value.asText())) {
            List<String> allowed =
                    Json.stream(schema.path("enum")).map(JsonNode::toString).toList();
            String message = "Unsupported value: " + value + ": supported values: " + String.join(", ", allowed);
            causes.add(new StatusError.Cause("FieldValueNotSupported", message, path));
        }
        String pattern = schema.path("pattern").asText();
        if (!pattern.isEmpty()
                && !Pattern.compile(pattern).matcher(value.asText()).find()) {
            invalid(causes, value.toString(), path, "match '" + pattern + "'");
        }
        if (value.isTextual()) {
            bound(value.asText().length(), schema, "Length", "be at %s %s chars long", value, path, causes);
        } else if (value.isNumber()) {
            bound(value.asDouble(), schema, "imum", "be %3$s than or equal to %2$s", value, path, causes);
        } else if (value.isArray()) {
            bound(value.size(), schema, "Items", "have at %s %s items", value, path, causes);
            checkItems(value, schema, path, causes);
        } else if (value.isObject()) {
            bound(value.size(), schema, "Properties", "have at %s %s properties", value, path, causes);
            checkFields(value, schema, path, causes);
        }
    }

    private static void checkFields(JsonNode value, JsonNode schema, String path, List<StatusError.Cause> causes) {
        for (JsonNode required : schema.path("required")) {
            if (!value.has(required.asText())) {
                String field = join(path, required.asText());
                causes.add(new StatusError.Cause("FieldValueRequired", "Required value", field));
            }
        }
        value.properties().forEach(field -> {
            JsonNode child = ResourceType.field(schema, field.getKey());
            if (child.isObject()) {
                check(field.getValue(), child, join(path, field.getKey()), causes);
            }
        });
    }

    private static void checkItems(JsonNode list, JsonNode schema, String path, List<StatusError.Cause> causes) {
        Set<String> seen = new HashSet<>();
        String listType = schema.path("x-kubernetes-list-type").asText();
        int i = 0;
        for (JsonNode item : list) {
            String at = path + "[" + i++ + "]";
            check(item, schema.path("items"), at, causes);
            List<String> keys = Json.stream(schema.path("x-kubernetes-list-map-keys"))
                    .map(k -> k.asText() + "=" + item.path(k.asText()))
                    .toList();
            String identity = keys.isEmpty() ? item.toString() : keys.toString();
            if (listType.matches("map|set") && !seen.add(identity)) {
                causes.add(new StatusError.Cause("FieldValueDuplicate", "Duplicate value: " + identity, at));
            }
        }
    }

    /// Checks `minX` and `maxX`.
    private static void bound(
            double size,
            JsonNode schema,
            String what,
            String words,
            JsonNode value,
            String path,
            List<StatusError.Cause> causes) {
        for (boolean least : new boolean[] {true, false}) {
            JsonNode limit = schema.path((least ? "min" : "max") + what);
            if (limit.isNumber() && (least ? size < limit.asDouble() : size > limit.asDouble())) {
                String number = limit.decimalValue().stripTrailingZeros().toPlainString();
                String rule = words.formatted(least ? "least" : "most", number, least ? "greater" : "less");
                invalid(causes, value.isNumber() ? value.toString() : String.valueOf((long) size), path, rule);
            }
        }
    }

    private static void invalid(List<StatusError.Cause> causes, String value, String path, String rule) {
        String message = "Invalid value: " + value + ": " + path + " in body should " + rule;
        causes.add(new StatusError.Cause("FieldValueInvalid", message, path));
    }

    static String join(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
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
}
