package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.quorate.local.store.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// `x-kubernetes-validations`: each rule is compiled once and evaluated on plain maps and lists. Any thread.
final class CelRules {
    private final Cel cel = CelFactory.standardCelBuilder()
            .setOptions(CelOptions.current().enableTimestampEpoch(true).build())
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addCompilerLibraries(CelExtensions.strings(), CelExtensions.optional())
            .addRuntimeLibraries(CelExtensions.strings(), CelExtensions.optional())
            .addVar("self", SimpleType.DYN)
            .addVar("oldSelf", SimpleType.DYN)
            .build();
    private final Map<String, CelRuntime.Program> programs = new ConcurrentHashMap<>();

    /// Checks the value and all below it.
    ///
    /// @param before the value before the write; missing if there was none
    void check(JsonNode value, JsonNode before, JsonNode schema, String path, List<StatusError.Cause> causes) {
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            String text = rule.path("rule").asText();
            boolean transition = text.matches("(?s).*\\boldSelf\\b.*");
            if (!transition || !(before.isMissingNode() || before.isNull())) {
                evaluate(value, before, rule, path, causes);
            }
        }
        if (value.isObject()) {
            value.properties().forEach(field -> {
                JsonNode child = ResourceType.field(schema, field.getKey());
                check(field.getValue(), before.path(field.getKey()), child, Schemas.join(path, field.getKey()), causes);
            });
        } else if (value.isArray()) {
            List<String> keys = Json.texts(schema.path("x-kubernetes-list-map-keys"));
            for (int i = 0; i < value.size(); i++) {
                JsonNode old = keys.isEmpty() ? before.path("none") : sameItem(before, value.get(i), keys);
                check(value.get(i), old, schema.path("items"), path + "[" + i + "]", causes);
            }
        }
    }

    /// Only items of keyed lists have a past.
    private static JsonNode sameItem(JsonNode before, JsonNode item, List<String> keys) {
        for (JsonNode candidate : before) {
            if (keys.stream().allMatch(k -> candidate.path(k).equals(item.path(k)))) {
                return candidate;
            }
        }
        return before.path("none");
    }

    private void evaluate(JsonNode value, JsonNode before, JsonNode rule, String path, List<StatusError.Cause> causes) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("self", plain(value));
        if (!before.isMissingNode()) {
            variables.put("oldSelf", plain(before));
        }
        String text = rule.path("rule").asText();
        String field = rule.path("fieldPath").asText();
        String below = field.isEmpty() ? path : (path + field).replaceFirst("^\\.", "");
        String at = below.isEmpty() ? "<nil>" : below;
        try {
            if (Boolean.TRUE.equals(program(text).eval(variables))) {
                return;
            }
            String reason = rule.path("reason").asText("FieldValueInvalid");
            String message = message(rule, text, variables);
            String form =
                    switch (reason) {
                        case "FieldValueForbidden" -> "Forbidden: " + message;
                        case "FieldValueRequired" -> "Required value: " + message;
                        case String other -> "Invalid value: \"" + Schemas.typeOf(value) + "\": " + message;
                    };
            causes.add(new StatusError.Cause(reason, form, at));
        } catch (CelValidationException | CelEvaluationException e) {
            causes.add(new StatusError.Cause(
                    "FieldValueInvalid",
                    "Invalid value: \"" + Schemas.typeOf(value) + "\": rule \"" + text + "\": " + e.getMessage(),
                    at));
        }
    }

    /// The value of an expression over the object, as text; empty where it has none.
    String text(String expression, JsonNode self) {
        try {
            Object value = program(expression).eval(Map.of("self", plain(self)));
            return String.valueOf(value instanceof List<?> list ? list.getFirst() : value);
        } catch (CelValidationException | CelEvaluationException e) {
            return "";
        }
    }

    private String message(JsonNode rule, String text, Map<String, Object> variables)
            throws CelValidationException, CelEvaluationException {
        if (rule.has("messageExpression")) {
            Object result = program(rule.path("messageExpression").asText()).eval(variables);
            if (result instanceof String message && !message.isBlank()) {
                return message;
            }
        }
        return rule.path("message").asText("failed rule: " + text);
    }

    private CelRuntime.Program program(String text) throws CelValidationException, CelEvaluationException {
        CelRuntime.Program present = programs.get(text);
        if (present == null) {
            present = cel.createProgram(cel.compile(text).getAst());
            programs.put(text, present);
        }
        return present;
    }

    private static Object plain(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT, POJO -> {
                Map<String, Object> map = new LinkedHashMap<>();
                value.properties().forEach(f -> map.put(f.getKey(), plain(f.getValue())));
                yield map;
            }
            case ARRAY -> {
                List<Object> list = new ArrayList<>();
                value.forEach(item -> list.add(plain(item)));
                yield list;
            }
            case BOOLEAN -> value.asBoolean();
            case NUMBER -> value.isIntegralNumber() ? (Object) value.asLong() : (Object) value.asDouble();
            case STRING, BINARY -> value.asText();
            case NULL, MISSING -> dev.cel.common.values.NullValue.NULL_VALUE;
        };
    }
}
