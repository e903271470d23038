package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A container's environment variables, resolved as Kubernetes does. Any thread.
final class ContainerEnvironment {
    private static final Pattern REFERENCE = Pattern.compile("\\$(\\$|\\(([A-Za-z_][\\w.-]*)\\))");
    private static final Pattern INDEXED = Pattern.compile("metadata\\.(labels|annotations)\\['([^']+)'\\]");

    private final Cluster cluster;
    private final ObjectNode pod;

    /// @param pod with its address in the status
    ContainerEnvironment(Cluster cluster, ObjectNode pod) {
        this.cluster = cluster;
        this.pod = pod;
    }

    Map<String, String> resolve(JsonNode container) throws MissingReference {
        Map<String, String> values = new LinkedHashMap<>();
        for (JsonNode source : container.path("envFrom")) {
            for (String kind : List.of("ConfigMap", "Secret")) {
                JsonNode reference = source.path(kind.equals("ConfigMap") ? "configMapRef" : "secretRef");
                if (!reference.isMissingNode()) {
                    String prefix = source.path("prefix").asText();
                    data(kind, reference).forEach((k, v) -> values.put(prefix + k, text(v)));
                }
            }
        }
        for (JsonNode variable : container.path("env")) {
            Optional<String> value = variable.has("valueFrom")
                    ? from(variable.path("valueFrom"))
                    : Optional.of(expand(variable.path("value").asText(), values));
            value.ifPresent(v -> values.put(variable.path("name").asText(), v));
        }
        return values;
    }

    /// Replaces `$(NAME)` by its value, where it has one, and `$$` by `$`.
    static String expand(String text, Map<String, String> values) {
        return REFERENCE.matcher(text).replaceAll(m -> {
            String name = m.group(2);
            return Matcher.quoteReplacement(name == null ? "$" : values.getOrDefault(name, m.group()));
        });
    }

    private Optional<String> from(JsonNode source) throws MissingReference {
        if (source.has("fieldRef")) {
            return Optional.of(field(source.at("/fieldRef/fieldPath").asText()));
        }
        String kind = source.has("configMapKeyRef") ? "ConfigMap" : "Secret";
        JsonNode reference = source.path(kind.equals("ConfigMap") ? "configMapKeyRef" : "secretKeyRef");
        String key = reference.path("key").asText();
        byte[] value = data(kind, reference).get(key);
        if (value == null && !reference.path("optional").asBoolean()) {
            throw new MissingReference("couldn't find key " + key + " in " + kind + " " + Json.namespace(pod) + "/"
                    + reference.path("name").asText());
        }
        return Optional.ofNullable(value).map(ContainerEnvironment::text);
    }

    private Map<String, byte[]> data(String kind, JsonNode reference) throws MissingReference {
        String name = reference.path("name").asText();
        var object = cluster.get(kind, Json.namespace(pod), name);
        if (object.isEmpty() && !reference.path("optional").asBoolean()) {
            throw new MissingReference(kind.toLowerCase(java.util.Locale.ROOT) + " \"" + name + "\" not found");
        }
        return object.map(o -> PodFiles.data(kind, o)).orElse(Map.of());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String field(String path) {
        Matcher indexed = INDEXED.matcher(path);
        if (indexed.matches()) {
            return pod.at("/metadata/" + indexed.group(1))
                    .path(indexed.group(2))
                    .asText();
        }
        if (path.equals("status.podIPs")) {
            return pod.at("/status/podIP").asText();
        }
        return pod.at("/" + path.replace('.', '/')).asText();
    }
}
