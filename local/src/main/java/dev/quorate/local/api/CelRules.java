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
import java.util.regex.Pattern;

/// `x-kubernetes-validations`: each rule is compiled once and evaluated on plain maps and lists. Any thread.
final class CelRules {
    private static final Pattern OLD_SELF = Pattern.compile("\\boldSelf\\b");
    private static final Map<String, String> FORMS =
            Map.of("FieldValueForbidden", "Forbidden: ", "FieldValueRequired", "Required value: ");

    private final Cel cel = CelFactory.standardCelBuilder()
            .setOptions(CelOptions.current().enableTimestampEpoch(true).build())
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addCompilerLibraries(CelExtensions.strings(), CelExtensions.optional())
            .addRuntimeLibraries(CelExtensions.strings(), CelExtensions.optional())
            .addVar("self", SimpleType.DYN)
            .addVar("oldSelf", SimpleType.DYN)
            .build();
    private final Map<String, CelRuntime.Program> programs = new ConcurrentHashMap<>();

    /// Checks the value by the rules of its own schema.
    ///
    /// @param before the value before the write; missing if there was none
    void check(JsonNode value, JsonNode before, JsonNode schema, String path, List<StatusError.Cause> faults) {
        Map<String, Object> variables = new HashMap<>(Map.of("self", plain(value)));
        boolean isNew = before.isMissingNode() || before.isNull();
        if (!isNew) {
            variables.put("oldSelf", plain(before));
        }
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            String text = Json.text(rule, "/rule");
            if ((isNew && OLD_SELF.matcher(text).find()) || holds(text, variables)) {
                continue;
            }
            String reason = rule.path("reason").asText("FieldValueInvalid");
            String form = FORMS.getOrDefault(reason, "Invalid value: \"" + Schemas.typeOf(value) + "\": ");
            String message = form + rule.path("message").asText("failed rule: " + text);
            String field = (path + Json.text(rule, "/fieldPath")).replaceFirst("^\\.", "");
            faults.add(new StatusError.Cause(reason, message, field.isEmpty() ? "<nil>" : field));
        }
    }

    private boolean holds(String rule, Map<String, Object> variables) {
        try {
            return Boolean.TRUE.equals(program(rule).eval(variables));
        } catch (CelException e) {
            throw new StatusError(422, "Invalid", "rule \"" + rule + "\": " + e.getMessage());
        }
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
