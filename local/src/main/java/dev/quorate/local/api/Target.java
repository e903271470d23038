package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.util.List;
import java.util.Optional;

/// What a URL names.
///
/// @param namespace empty for all
/// @param name empty for the collection
/// @param subresource empty for the object itself
record Target(ResourceType type, String namespace, String name, String subresource) {

    /// The object itself, or where it would be.
    static Target of(Registry registry, JsonNode object) {
        return new Target(registry.of(object), Json.namespace(object), Json.name(object), "");
    }

    Target named(String other) {
        return new Target(type, namespace, other, subresource);
    }

    /// @param path of a URL, from `api` or `apis` on
    static Optional<Target> of(Registry registry, List<String> path) {
        int prefix = path.indexOf("api") == 0 ? 2 : 3;
        if (path.size() <= prefix) {
            return Optional.empty();
        }
        String version = String.join("/", path.subList(1, prefix));
        List<String> rest = path.subList(prefix, path.size());
        // /namespaces/NAME/status is about the namespace itself.
        boolean inside = rest.size() >= 3
                && rest.getFirst().equals("namespaces")
                && registry.find(version, rest.get(2)).isPresent();
        String namespace = inside ? rest.get(1) : "";
        List<String> object = inside ? rest.subList(2, rest.size()) : rest;
        String name = object.size() > 1 ? object.get(1) : "";
        String subresource = String.join("/", object.stream().skip(2).toList());
        return registry.find(version, object.getFirst()).map(type -> new Target(type, namespace, name, subresource));
    }

    /// In the store.
    String key() {
        return ObjectStore.key(type.resource(), type.namespaced() ? namespace : "", name);
    }

    boolean isScale() {
        return subresource.equals("scale");
    }

    /// Whether there is such a subresource.
    boolean served() {
        return switch (subresource) {
            case "" -> true;
            case "status" -> type.status();
            case "scale" -> type.scale().isObject();
            case "log" -> type.is("Pod");
            case String other -> false;
        };
    }
}
