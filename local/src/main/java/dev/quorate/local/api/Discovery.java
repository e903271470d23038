package dev.quorate.local.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Which kinds are there, in the plain form that clients fall back to, and the OpenAPI documents. Pure, from the
/// registry's present state.
final class Discovery {
    private static final String VERBS = "[create, delete, deletecollection, get, list, patch, update, watch]";

    private final Registry registry;

    Discovery(Registry registry) {
        this.registry = registry;
    }

    ObjectNode version() {
        return Json.of("""
                {major: '1', minor: '33', gitVersion: v1.33.0, gitCommit: '', gitTreeState: clean,
                buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: '', platform: embedded}
                """);
    }

    /// The document at `/api` or `/apis`, of a group, or of a group's version.
    Optional<ObjectNode> document(List<String> path) {
        boolean core = path.getFirst().equals("api");
        List<String> rest = path.subList(1, path.size());
        if (rest.isEmpty()) {
            return Optional.of(core ? Json.of("{kind: APIVersions, versions: [v1]}") : groups());
        }
        String name = String.join("/", rest);
        if (core != (rest.size() == 1 && rest.getFirst().equals("v1"))) {
            return Optional.empty();
        }
        return rest.size() == 1 && !core
                ? group(name).map(g -> g.put("kind", "APIGroup").put("apiVersion", "v1"))
                : resources(name);
    }

    private Stream<ResourceType> types(String apiVersion) {
        return registry.all().stream().filter(t -> t.apiVersion().equals(apiVersion));
    }

    private ObjectNode groups() {
        ObjectNode list = Json.of("{kind: APIGroupList, apiVersion: v1, groups: []}");
        registry.all().stream().map(ResourceType::group).distinct().forEach(g -> group(g).ifPresent(
                        list.withArray("groups")::add));
        return list;
    }

    private Optional<ObjectNode> group(String name) {
        ObjectNode group = Json.object().put("name", name);
        ArrayNode versions = group.putArray("versions");
        registry.all().stream()
                .filter(t -> t.group().equals(name))
                .map(ResourceType::version)
                .distinct()
                .forEach(v -> versions.add(Json.of("{groupVersion: %s/%s, version: %s}", name, v, v)));
        group.set("preferredVersion", versions.path(0));
        return name.isEmpty() || versions.isEmpty() ? Optional.empty() : Optional.of(group);
    }

    private Optional<ObjectNode> resources(String apiVersion) {
        ObjectNode list =
                Json.of("{kind: APIResourceList, apiVersion: v1, groupVersion: %s, resources: []}", apiVersion);
        ArrayNode resources = list.withArray("resources");
        types(apiVersion).forEach(type -> {
            ObjectNode entry = resource(type, type.plural(), VERBS);
            entry.set("shortNames", type.names().path("shortNames"));
            entry.set("categories", type.names().path("categories"));
            resources.add(entry);
            if (type.status()) {
                resources.add(resource(type, type.plural() + "/status", "[get, patch, update]"));
            }
            if (type.scale().isObject()) {
                resources.add(resource(type, type.plural() + "/scale", "[get, patch, update]")
                        .put("group", "autoscaling")
                        .put("version", "v1")
                        .put("kind", "Scale"));
            }
        });
        return resources.isEmpty() ? Optional.empty() : Optional.of(list);
    }

    private static ObjectNode resource(ResourceType type, String name, String verbs) {
        return Json.of(
                "{name: %s, singularName: %s, namespaced: %s, kind: %s, verbs: %s}",
                name, type.singular(), type.namespaced(), type.kind(), verbs);
    }

    /// Per kind the operation that makes kubectl leave validation to us, and the schema that `explain` shows.
    Optional<ObjectNode> openApi(List<String> path) {
        if (path.size() < 2 || !path.get(1).equals("v3")) {
            return Optional.empty();
        }
        String base = String.join("/", path.subList(2, path.size()));
        if (base.isEmpty()) {
            ObjectNode index = Json.of("{paths: {}}");
            registry.all().stream().map(Discovery::base).distinct().forEach(b -> index.withObject("/paths")
                    .putObject(b)
                    .put("serverRelativeURL", "/openapi/v3/" + b));
            return Optional.of(index);
        }
        ObjectNode document = Json.of("{openapi: 3.0.0, info: {title: Quorate embedded mode, version: v1}, paths: {}}");
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        registry.all().stream().filter(t -> base(t).equals(base)).forEach(type -> {
            ObjectNode kind =
                    Json.of("{group: '%s', version: %s, kind: %s}", type.group(), type.version(), type.kind());
            ObjectNode patch = Json.of("{parameters: [{name: fieldValidation, in: query}, {name: dryRun, in: query}]}");
            patch.set("x-kubernetes-group-version-kind", kind);
            String scope = type.namespaced() ? "/namespaces/{namespace}/" : "/";
            ((ObjectNode) document.path("paths"))
                    .putObject("/" + base + scope + type.plural() + "/{name}")
                    .set("patch", patch);
            ObjectNode schema = Json.of("{type: object}").setAll((ObjectNode) type.schema());
            schema.putArray("x-kubernetes-group-version-kind").add(kind);
            schemas.set(type.resource() + "." + type.version(), schema);
        });
        return schemas.isEmpty() ? Optional.empty() : Optional.of(document);
    }

    private static String base(ResourceType type) {
        return (type.group().isEmpty() ? "api/" : "apis/") + type.apiVersion();
    }
}
