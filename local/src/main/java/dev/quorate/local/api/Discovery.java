package dev.quorate.local.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which kinds are there, in the two forms clients ask for, and the OpenAPI documents. Pure, from the registry's
/// present
/// state.
final class Discovery {
    static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    private static final List<String> SUB_VERBS = List.of("get", "patch", "update");

    private final Registry registry;

    Discovery(Registry registry) {
        this.registry = registry;
    }

    private Map<String, List<ResourceType>> byGroupVersion() {
        Map<String, List<ResourceType>> map = new LinkedHashMap<>();
        for (ResourceType type : registry.all()) {
            map.computeIfAbsent(type.apiVersion(), v -> new java.util.ArrayList<>())
                    .add(type);
        }
        return map;
    }

    ObjectNode version() {
        return Json.object()
                .put("major", "1")
                .put("minor", "33")
                .put("gitVersion", "v1.33.0")
                .put("gitCommit", "")
                .put("gitTreeState", "clean")
                .put("buildDate", "1970-01-01T00:00:00Z")
                .put("goVersion", "")
                .put("compiler", "")
                .put("platform", "embedded");
    }

    ObjectNode coreVersions() {
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        versions.putArray("serverAddressByClientCIDRs");
        return versions;
    }

    ObjectNode groups() {
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        registry.all().stream()
                .map(ResourceType::group)
                .filter(g -> !g.isEmpty())
                .distinct()
                .forEach(g -> groups.add(group(g)));
        return list;
    }

    private ObjectNode group(String name) {
        ObjectNode group = Json.object().put("name", name);
        ArrayNode versions = group.putArray("versions");
        registry.all().stream()
                .filter(t -> t.group().equals(name))
                .map(ResourceType::version)
                .distinct()
                .forEach(v ->
                        versions.addObject().put("groupVersion", name + "/" + v).put("version", v));
        group.set("preferredVersion", versions.path(0));
        return group;
    }

    Optional<ObjectNode> groupDocument(String name) {
        boolean known = registry.all().stream().anyMatch(t -> t.group().equals(name));
        return known ? Optional.of(group(name).put("kind", "APIGroup").put("apiVersion", "v1")) : Optional.empty();
    }

    Optional<ObjectNode> resources(String apiVersion) {
        List<ResourceType> types = byGroupVersion().get(apiVersion);
        if (types == null) {
            return Optional.empty();
        }
        ObjectNode list = Json.object()
                .put("kind", "APIResourceList")
                .put("apiVersion", "v1")
                .put("groupVersion", apiVersion);
        ArrayNode resources = list.putArray("resources");
        for (ResourceType type : types) {
            ObjectNode entry = resource(resources.addObject(), type.plural(), type);
            texts(entry.putArray("verbs"), VERBS);
            texts(entry.putArray("shortNames"), type.shortNames());
            texts(entry.putArray("categories"), type.categories());
            if (type.status()) {
                texts(
                        resource(resources.addObject(), type.plural() + "/status", type)
                                .putArray("verbs"),
                        SUB_VERBS);
            }
            if (type.scale()) {
                ObjectNode scale = resource(resources.addObject(), type.plural() + "/scale", type)
                        .put("group", "autoscaling")
                        .put("version", "v1")
                        .put("kind", "Scale");
                texts(scale.putArray("verbs"), SUB_VERBS);
            }
        }
        return Optional.of(list);
    }

    private static ObjectNode resource(ObjectNode node, String name, ResourceType type) {
        return node.put("name", name)
                .put("singularName", type.singular())
                .put("namespaced", type.namespaced())
                .put("kind", type.kind());
    }

    private static void texts(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }

    /// @param core the document of `/api`, else that of `/apis`
    ObjectNode aggregated(boolean core) {
        ObjectNode list =
                Json.object().put("kind", "APIGroupDiscoveryList").put("apiVersion", "apidiscovery.k8s.io/v2");
        list.putObject("metadata");
        ArrayNode items = list.putArray("items");
        Map<String, ObjectNode> groups = new LinkedHashMap<>();
        byGroupVersion().forEach((apiVersion, types) -> {
            ResourceType first = types.getFirst();
            if (first.group().isEmpty() != core) {
                return;
            }
            ObjectNode group = groups.computeIfAbsent(first.group(), g -> {
                ObjectNode item = items.addObject();
                ObjectNode metadata = item.putObject("metadata");
                if (!core) {
                    metadata.put("name", g);
                }
                metadata.putNull("creationTimestamp");
                return item;
            });
            ObjectNode version = group.withArray("versions")
                    .addObject()
                    .put("version", first.version())
                    .put("freshness", "Current");
            ArrayNode resources = version.putArray("resources");
            types.forEach(t -> aggregated(resources.addObject(), t));
        });
        return list;
    }

    private static void aggregated(ObjectNode entry, ResourceType type) {
        entry.put("resource", type.plural());
        responseKind(entry, type.group(), type.group().isEmpty() ? "" : type.version(), type.kind());
        entry.put("scope", type.namespaced() ? "Namespaced" : "Cluster").put("singularResource", type.singular());
        texts(entry.putArray("verbs"), VERBS);
        texts(entry.putArray("shortNames"), type.shortNames());
        texts(entry.putArray("categories"), type.categories());
        ArrayNode subresources = entry.putArray("subresources");
        if (type.status()) {
            ObjectNode status = subresources.addObject().put("subresource", "status");
            responseKind(status, type.group(), type.group().isEmpty() ? "" : type.version(), type.kind());
            texts(status.putArray("verbs"), SUB_VERBS);
        }
        if (type.scale()) {
            ObjectNode scale = subresources.addObject().put("subresource", "scale");
            responseKind(scale, "autoscaling", "v1", "Scale");
            texts(scale.putArray("verbs"), SUB_VERBS);
        }
    }

    private static void responseKind(ObjectNode entry, String group, String version, String kind) {
        entry.putObject("responseKind")
                .put("group", group)
                .put("version", version)
                .put("kind", kind);
    }

    ObjectNode openApiIndex() {
        ObjectNode index = Json.object();
        ObjectNode paths = index.putObject("paths");
        byGroupVersion().keySet().forEach(v -> {
            String base = v.contains("/") ? "apis/" + v : "api/" + v;
            paths.putObject(base).put("serverRelativeURL", "/openapi/v3/" + base);
        });
        return index;
    }

    /// Per kind the operation that makes kubectl leave validation to us, and the schema that `explain` shows.
    Optional<ObjectNode> openApi(String apiVersion) {
        List<ResourceType> types = byGroupVersion().get(apiVersion);
        if (types == null) {
            return Optional.empty();
        }
        ObjectNode document = Json.object().put("openapi", "3.0.0");
        document.putObject("info").put("title", "Quorate embedded mode").put("version", "v1");
        ObjectNode paths = document.putObject("paths");
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        String base = apiVersion.contains("/") ? "/apis/" + apiVersion : "/api/" + apiVersion;
        for (ResourceType type : types) {
            String scope = type.namespaced() ? "/namespaces/{namespace}" : "";
            ObjectNode patch = paths.putObject(base + scope + "/" + type.plural() + "/{name}")
                    .putObject("patch");
            groupVersionKind(patch.putObject("x-kubernetes-group-version-kind"), type);
            ArrayNode parameters = patch.putArray("parameters");
            parameters.addObject().put("name", "fieldValidation").put("in", "query");
            parameters.addObject().put("name", "dryRun").put("in", "query");
            ObjectNode schema = type.schema() instanceof ObjectNode s
                    ? s.deepCopy()
                    : Json.object().put("type", "object");
            groupVersionKind(schema.putArray("x-kubernetes-group-version-kind").addObject(), type);
            schemas.set(type.resource() + "." + type.version() + "." + type.kind(), schema);
        }
        return Optional.of(document);
    }

    private static void groupVersionKind(ObjectNode node, ResourceType type) {
        node.put("group", type.group()).put("version", type.version()).put("kind", type.kind());
    }
}
