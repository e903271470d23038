package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/// How apply merges what lies at a path of a kind: from the schema of custom kinds, from a table for built-in ones.
final class ListRules {
    /// What merging does with a list or map.
    sealed interface Rule {}

    /// Maps field by field; for lists the same as [Atomic].
    record Granular() implements Rule {}

    /// Replaced as a whole.
    record Atomic() implements Rule {}

    /// A list whose items are the keys.
    record SetOfValues() implements Rule {}

    /// A list of items that these fields identify.
    record MapOf(List<String> keys) implements Rule {}

    private static final Rule GRANULAR = new Granular();
    private static final Rule ATOMIC = new Atomic();
    private static final Set<String> ATOMIC_MAPS = Set.of(
            "selector",
            "nodeSelector",
            "labelSelector",
            "fieldRef",
            "configMapKeyRef",
            "secretKeyRef",
            "resourceFieldRef",
            "claimRef",
            "targetRef",
            "involvedObject");

    private final ResourceType type;

    ListRules(ResourceType type) {
        this.type = type;
    }

    /// @param path field names from the root; `[]` for the step into a list's items
    Rule at(List<String> path) {
        if (path.isEmpty()) {
            return GRANULAR;
        }
        if (path.getFirst().equals("metadata")) {
            return metadata(path);
        }
        return type.custom() ? custom(path) : builtIn(path);
    }

    private static Rule metadata(List<String> path) {
        return switch (path.getLast()) {
            case "ownerReferences" -> new MapOf(List.of("uid"));
            case "finalizers" -> new SetOfValues();
            case String other -> GRANULAR;
        };
    }

    private Rule custom(List<String> path) {
        JsonNode schema = type.schema();
        for (String step : path) {
            schema = step.equals("[]")
                    ? schema.path("items")
                    : schema.path("properties").has(step)
                            ? schema.path("properties").path(step)
                            : schema.path("additionalProperties");
        }
        return switch (schema.path("x-kubernetes-list-type").asText()) {
            case "set" -> new SetOfValues();
            case "map" ->
                new MapOf(StreamSupport.stream(
                                schema.path("x-kubernetes-list-map-keys").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList());
            case String other -> schema.path("x-kubernetes-map-type").asText().equals("atomic") ? ATOMIC : GRANULAR;
        };
    }

    private Rule builtIn(List<String> path) {
        String name = path.getLast();
        if (ATOMIC_MAPS.contains(name)) {
            return ATOMIC;
        }
        boolean inContainer = path.contains("containers") || path.contains("initContainers");
        return switch (name) {
            case "containers", "initContainers", "ephemeralContainers", "volumes", "env", "schedulingGates" ->
                keyed("name");
            case "imagePullSecrets" -> type.kind().equals("ServiceAccount") ? GRANULAR : keyed("name");
            case "secrets" -> keyed("name");
            case "volumeMounts" -> keyed("mountPath");
            case "volumeDevices" -> keyed("devicePath");
            case "hostAliases", "podIPs" -> keyed("ip");
            case "topologySpreadConstraints" -> new MapOf(List.of("topologyKey", "whenUnsatisfiable"));
            case "ports" -> ports(inContainer);
            case "conditions" -> type.kind().equals("Job") ? GRANULAR : keyed("type");
            case String other -> GRANULAR;
        };
    }

    private Rule ports(boolean inContainer) {
        if (inContainer) {
            return new MapOf(List.of("containerPort", "protocol"));
        }
        return type.kind().equals("Service") ? new MapOf(List.of("port", "protocol")) : GRANULAR;
    }

    private static Rule keyed(String key) {
        return new MapOf(List.of(key));
    }
}
