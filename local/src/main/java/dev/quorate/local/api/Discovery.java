package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which kinds are there, in the plain form that clients fall back to, and their OpenAPI documents. Pure, from the
/// registry's present state.
record Discovery(Registry registry) {
    private static final String OPEN_API = "openapi/v3";
    private static final String VERBS = "[create, delete, deletecollection, get, list, patch, update, watch]";
    private static final String PART_VERBS = "[get, patch, update]";

    /// The document at such a path; missing if there is none.
    JsonNode document(List<String> path) {
        String base = String.join("/", path);
        return switch (base) {
            case "apis" -> groups();
            case OPEN_API -> openApiIndex();
            case String other
            when registry.documents().has(base) -> registry.documents().path(base);
            case String other when base.startsWith(OPEN_API) -> openApi(base.substring(OPEN_API.length() + 1));
            case String other -> resources(base);
        };
    }

    /// Where the documents of a kind's group and version are.
    private static String base(ResourceType type) {
        return (type.group().isEmpty() ? "api/" : "apis/") + type.apiVersion();
    }

    private List<ResourceType> at(String base) {
        return registry.all().stream().filter(t -> base(t).equals(base)).toList();
    }

    private JsonNode groups() {
        ArrayNode groups = Json.array();
        Set<String> seen = new HashSet<>(Set.of(""));
        for (ResourceType type : registry.all()) {
            if (seen.add(type.group())) {
                String form = "{name: %1$s, versions: [{groupVersion: %2$s, version: %3$s}],"
                        + " preferredVersion: {groupVersion: %2$s, version: %3$s}}";
                groups.add(Json.of(form, type.group(), type.apiVersion(), type.version()));
            }
        }
        return Json.of("{kind: APIGroupList, apiVersion: v1}").set("groups", groups);
    }

    private JsonNode resources(String base) {
        ArrayNode resources = Json.array();
        for (ResourceType type : at(base)) {
            ObjectNode entry = resource(type, "", VERBS);
            entry.set("shortNames", type.names().path("shortNames"));
            entry.set("categories", type.names().path("categories"));
            resources.add(entry);
            if (type.status()) {
                resources.add(resource(type, "/status", PART_VERBS));
            }
            if (type.scale().isObject()) {
                ObjectNode scale = Json.of("{group: autoscaling, version: v1, kind: Scale}");
                resources.add(resource(type, "/scale", PART_VERBS).setAll(scale));
            }
        }
        ObjectNode list = Json.of("{kind: APIResourceList, apiVersion: v1}");
        list.put("groupVersion", base.replaceFirst("^apis?/", "")).set("resources", resources);
        return resources.isEmpty() ? MissingNode.getInstance() : list;
    }

    private static ObjectNode resource(ResourceType type, String subresource, String verbs) {
        return Json.of(
                "{name: %s, singularName: %s, namespaced: %s, kind: %s, verbs: %s}",
                type.plural() + subresource, type.singular(), type.namespaced(), type.kind(), verbs);
    }

    private JsonNode openApiIndex() {
        ObjectNode paths = Json.object();
        for (ResourceType type : registry.all()) {
            paths.putObject(base(type)).put("serverRelativeURL", "/" + OPEN_API + "/" + base(type));
        }
        return Json.object().set("paths", paths);
    }

    /// Per kind the operation that makes kubectl leave validation to us, and the schema that `explain` shows.
    private JsonNode openApi(String base) {
        ObjectNode paths = Json.object();
        ObjectNode schemas = Json.object();
        for (ResourceType type : at(base)) {
            ObjectNode kind =
                    Json.of("{group: '%s', version: %s, kind: %s}", type.group(), type.version(), type.kind());
            ObjectNode patch = Json.of("{parameters: [{name: fieldValidation, in: query}, {name: dryRun, in: query}]}");
            patch.set("x-kubernetes-group-version-kind", kind);
            String scope = type.namespaced() ? "/namespaces/{namespace}/" : "/";
            paths.putObject("/" + base + scope + type.plural() + "/{name}").set("patch", patch);
            ObjectNode schema = Json.of("{type: object}").setAll((ObjectNode) type.schema());
            schema.putArray("x-kubernetes-group-version-kind").add(kind);
            schemas.set(type.resource() + "." + type.version(), schema);
        }
        ObjectNode document = Json.of("{openapi: 3.0.0, info: {title: Quorate embedded mode, version: v1}}");
        document.set("paths", paths);
        document.putObject("components").set("schemas", schemas);
        return paths.isEmpty() ? MissingNode.getInstance() : document;
    }
}
