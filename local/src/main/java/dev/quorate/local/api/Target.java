package dev.quorate.local.api;

import java.util.List;
import java.util.Optional;

/// What a URL names.
///
/// @param namespace empty for all
/// @param name empty for the collection
/// @param subresource empty for the object itself
record Target(ResourceType type, String namespace, String name, String subresource) {

    /// @param path of a URL, from `api` or `apis` on
    static Optional<Target> of(Registry registry, List<String> path) {
        int prefix = path.getFirst().equals("api") ? 2 : 3;
        if (path.size() <= prefix) {
            return Optional.empty();
        }
        String version = String.join("/", path.subList(1, prefix));
        List<String> rest = path.subList(prefix, path.size());
        // /namespaces/NAME/status is about the namespace itself.
        if (rest.size() >= 3 && rest.getFirst().equals("namespaces")) {
            Optional<ResourceType> inside = registry.find(version, rest.get(2));
            if (inside.isPresent()) {
                return Optional.of(of(inside.get(), rest.get(1), rest.subList(2, rest.size())));
            }
        }
        return registry.find(version, rest.getFirst()).map(type -> of(type, "", rest));
    }

    private static Target of(ResourceType type, String namespace, List<String> rest) {
        String name = rest.size() > 1 ? rest.get(1) : "";
        return new Target(type, namespace, name, rest.size() > 2 ? String.join("/", rest.subList(2, rest.size())) : "");
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
