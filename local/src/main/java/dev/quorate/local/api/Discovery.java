package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.List;

/// Which kinds are there, in the plain form that clients fall back to, the OpenAPI documents, and what the one user may
/// do. Pure, from the registry's present state.
record Discovery(Registry registry) {
    private static final String VERBS = "[create, delete, deletecollection, get, list, patch, update, watch]";

    /// The document at such a path; missing if there is none.
    JsonNode document(List<String> path) {
        String base = String.join("/", path);
        if (base.equals("version")) {
            return Json.of("""
                    {major: '1', minor: '33', gitVersion: v1.33.0, gitCommit: '', gitTreeState: clean,
                    buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: '', platform: embedded}
                    """);
        }
        if (base.equals("apis/authorization.k8s.io/v1/selfsubjectrulesreviews")) {
            return Json.of("""
                    {kind: SelfSubjectRulesReview, apiVersion: authorization.k8s.io/v1, metadata: {}, spec: {}, status: {incomplete: false,
                    resourceRules: [{verbs: ['*'], apiGroups: ['*'], resources: ['*']}], nonResourceRules: []}}
                    """);
        }
        if (base.equals("api")) {
            return Json.of("{kind: APIVersions, versions: [v1]}");
        }
        if (base.equals("apis")) {
            return groups();
        }
        if (base.startsWith("openapi/v3")) {
            return openApi(base.substring("openapi/v3".length()).replaceFirst("^/", ""));
        }
        return resources(base);
    }

    /// Where the documents of a kind's group and version are.
    private static String base(ResourceType type) {
        return (type.group().isEmpty() ? "api/" : "apis/") + type.apiVersion();
    }

    private ObjectNode groups() {
        ObjectNode list = Json.of("{kind: APIGroupList, apiVersion: v1, groups: []}");
        ArrayNode groups = list.withArray("groups");
        for (ResourceType type : registry.all()) {
            JsonNode present = Json.named(groups, "name", type.group());
            if (!type.group().isEmpty() && present.isMissingNode()) {
                ObjectNode version = Json.of("{groupVersion: %s, version: %s}", type.apiVersion(), type.version());
                ObjectNode group = groups.addObject().put("name", type.group());
                group.putArray("versions").add(version);
                group.set("preferredVersion", version);
            }
        }
        return list;
    }

    private JsonNode resources(String base) {
        ArrayNode resources = Json.array();
        registry.all().stream().filter(t -> base(t).equals(base)).forEach(type -> {
            ObjectNode entry = resource(type, "", VERBS);
            entry.set("shortNames", type.names().path("shortNames"));
            entry.set("categories", type.names().path("categories"));
            resources.add(entry);
            if (type.status()) {
                resources.add(resource(type, "/status", "[get, patch, update]"));
            }
            if (type.scale().isObject()) {
                resources.add(resource(type, "/scale", "[get, patch, update]")
                        .setAll(Json.of("{group: autoscaling, version: v1, kind: Scale}")));
            }
        });
        ObjectNode list = Json.of("{kind: APIResourceList, apiVersion: v1}")
                .put("groupVersion", base.replaceFirst("^apis?/", ""))
                .set("resources", resources);
        return resources.isEmpty() ? MissingNode.getInstance() : list;
    }

    private static ObjectNode resource(ResourceType type, String subresource, String verbs) {
        return Json.of(
                "{name: %s, singularName: %s, namespaced: %s, kind: %s, verbs: %s}",
                type.plural() + subresource, type.singular(), type.namespaced(), type.kind(), verbs);
    }

    /// Per kind the operation that makes kubectl leave validation to us, and the schema that `explain` shows.
    private JsonNode openApi(String base) {
        ObjectNode index = Json.of("{paths: {}}");
        ObjectNode document = Json.of("""
                {openapi: 3.0.0, info: {title: Quorate embedded mode, version: v1}, paths: {}, components: {schemas: {}}}
                """);
        for (ResourceType type : registry.all()) {
            index.withObject("/paths").putObject(base(type)).put("serverRelativeURL", "/openapi/v3/" + base(type));
            if (base(type).equals(base)) {
                ObjectNode kind =
                        Json.of("{group: '%s', version: %s, kind: %s}", type.group(), type.version(), type.kind());
                ObjectNode patch =
                        Json.of("{parameters: [{name: fieldValidation, in: query}, {name: dryRun, in: query}]}");
                patch.set("x-kubernetes-group-version-kind", kind);
                String scope = type.namespaced() ? "/namespaces/{namespace}/" : "/";
                document.withObject("/paths")
                        .putObject("/" + base + scope + type.plural() + "/{name}")
                        .set("patch", patch);
                ObjectNode schema = Json.of("{type: object}").setAll((ObjectNode) type.schema());
                schema.putArray("x-kubernetes-group-version-kind").add(kind);
                document.withObject("/components/schemas").set(type.resource() + "." + type.version(), schema);
            }
        }
        if (base.isEmpty()) {
            return index;
        }
        return document.path("paths").isEmpty() ? MissingNode.getInstance() : document;
    }
}
