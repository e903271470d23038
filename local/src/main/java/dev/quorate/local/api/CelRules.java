package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelException;
import dev.cel.common.CelOptions;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntime;
import dev.quorate.local.store.Json;
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
    void check(JsonNode value, JsonNode before, JsonNode schema, String path, List<StatusError.Cause> faults) {
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            boolean transition = rule.path("rule").asText().matches("(?s).*\\boldSelf\\b.*");
            if (!transition || !(before.isMissingNode() || before.isNull())) {
                evaluate(value, before, rule, path, faults);
            }
        }
        value.properties().forEach(field -> {
            JsonNode child = ResourceType.field(schema, field.getKey());
            check(field.getValue(), before.path(field.getKey()), child, Schemas.join(path, field.getKey()), faults);
        });
        // Only items of keyed lists have a past.
        List<String> keys = Json.texts(schema.path("x-kubernetes-list-map-keys"));
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            JsonNode item = value.get(i);
            JsonNode old = Json.stream(before)
                    .filter(c -> !keys.isEmpty()
                            && keys.stream().allMatch(k -> c.path(k).equals(item.path(k))))
                    .findFirst()
                    .orElse(before.path("none"));
            check(item, old, schema.path("items"), path + "[" + i + "]", faults);
        }
    }

    private void evaluate(JsonNode value, JsonNode before, JsonNode rule, String path, List<StatusError.Cause> faults) {
        Map<String, Object> variables = new HashMap<>(Map.of("self", plain(value)));
        if (!before.isMissingNode()) {
            variables.put("oldSelf", plain(before));
        }
        String text = rule.path("rule").asText();
        String field = (path + rule.path("fieldPath").asText()).replaceFirst("^\\.", "");
        String reason = rule.path("reason").asText("FieldValueInvalid");
        String message = rule.path("message").asText("failed rule: " + text);
        try {
            if (Boolean.TRUE.equals(program(text).eval(variables))) {
                return;
            }
            if (rule.has("messageExpression")) {
                message = String.valueOf(
                        program(rule.path("messageExpression").asText()).eval(variables));
            }
        } catch (CelException e) {
            message = "rule \"" + text + "\": " + e.getMessage();
        }
        String form =
                switch (reason) {
                    case "FieldValueForbidden" -> "Forbidden: ";
                    case "FieldValueRequired" -> "Required value: ";
                    case String other -> "Invalid value: \"" + Schemas.typeOf(value) + "\": ";
                };
        faults.add(new StatusError.Cause(reason, form + message, field.isEmpty() ? "<nil>" : field));
    }

    /// The value of an expression over the object; null where it has none.
    JsonNode value(String expression, JsonNode self) {
        try {
            return Json.valueOf(program(expression).eval(Map.of("self", plain(self))));
        } catch (CelException e) {
            return NullNode.instance;
        }
    }

    private CelRuntime.Program program(String text) throws CelException {
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
            case ARRAY -> Json.stream(value).map(CelRules::plain).toList();
            case BOOLEAN -> value.asBoolean();
            case NUMBER -> value.isIntegralNumber() ? (Object) value.asLong() : (Object) value.asDouble();
            case STRING, BINARY -> value.asText();
            case NULL, MISSING -> NullValue.NULL_VALUE;
        };
    }
}
