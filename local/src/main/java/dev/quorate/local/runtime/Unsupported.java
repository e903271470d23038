package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Names the first thing in a pod that local processes cannot do. What only restricts a pod (security contexts,
/// affinity,
/// tolerations, CPU limits) is accepted and has no effect.
final class Unsupported {
    private static final Set<String> VOLUMES =
            Set.of("name", "configMap", "secret", "emptyDir", "persistentVolumeClaim");
    private static final List<String> PROBES = List.of("startupProbe", "readinessProbe", "livenessProbe");

    private Unsupported() {}

    /// The field's path and why, or empty.
    static Optional<String> in(JsonNode pod) {
        JsonNode spec = pod.path("spec");
        for (String flag : List.of("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace")) {
            if (spec.path(flag).asBoolean()) {
                return Optional.of("spec." + flag);
            }
        }
        for (JsonNode volume : spec.path("volumes")) {
            for (var field : volume.properties()) {
                if (!VOLUMES.contains(field.getKey())) {
                    return Optional.of("spec.volumes[" + volume.path("name").asText() + "]." + field.getKey());
                }
            }
        }
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : spec.path(list)) {
                String path = "spec." + list + "[" + container.path("name").asText() + "]";
                Optional<String> found = inContainer(container, path);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> inContainer(JsonNode container, String path) {
        if (container.path("restartPolicy").asText().equals("Always")) {
            return Optional.of(path + ".restartPolicy: Always");
        }
        for (String hook : List.of("postStart", "preStop")) {
            if (container.path("lifecycle").has(hook)) {
                return Optional.of(path + ".lifecycle." + hook);
            }
        }
        for (String probe : PROBES) {
            JsonNode p = container.path(probe);
            for (String kind : List.of("exec", "grpc")) {
                if (p.has(kind)) {
                    return Optional.of(path + "." + probe + "." + kind);
                }
            }
            if (p.at("/httpGet/scheme").asText().equals("HTTPS")) {
                return Optional.of(path + "." + probe + ".httpGet.scheme: HTTPS");
            }
        }
        for (JsonNode variable : container.path("env")) {
            if (variable.path("valueFrom").has("resourceFieldRef")) {
                return Optional.of(path + ".env[" + variable.path("name").asText() + "].valueFrom.resourceFieldRef");
            }
        }
        return Optional.empty();
    }
}
