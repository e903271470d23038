package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Change;
import dev.quorate.local.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/// The kinds that are served: the built-in ones that controllers and operators use, and those of the store's
/// CustomResourceDefinitions. Any thread.
final class Registry {
    static final ResourceType NAMESPACES = ResourceType.builtIn("v1", "Namespace", "namespaces", false, "ns");
    static final ResourceType PODS = ResourceType.builtIn("v1", "Pod", "pods", true, "po");
    static final ResourceType DEFINITIONS = ResourceType.builtIn(
            "apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", false, "crd,crds");

    private static final List<ResourceType> BUILT_IN = List.of(
            NAMESPACES,
            PODS,
            DEFINITIONS,
            ResourceType.builtIn("v1", "Service", "services", true, "svc"),
            ResourceType.builtIn("v1", "Endpoints", "endpoints", true, "ep"),
            ResourceType.builtIn("v1", "ConfigMap", "configmaps", true, "cm"),
            ResourceType.builtIn("v1", "Secret", "secrets", true, ""),
            ResourceType.builtIn("v1", "ServiceAccount", "serviceaccounts", true, "sa"),
            ResourceType.builtIn("v1", "PersistentVolumeClaim", "persistentvolumeclaims", true, "pvc"),
            ResourceType.builtIn("v1", "PersistentVolume", "persistentvolumes", false, "pv"),
            ResourceType.builtIn("v1", "Node", "nodes", false, "no"),
            ResourceType.builtIn("v1", "Event", "events", true, "ev"),
            ResourceType.builtIn("events.k8s.io/v1", "Event", "events", true, "ev"),
            ResourceType.builtIn("apps/v1", "StatefulSet", "statefulsets", true, "sts"),
            ResourceType.builtIn("apps/v1", "ControllerRevision", "controllerrevisions", true, ""),
            ResourceType.builtIn("batch/v1", "Job", "jobs", true, ""),
            ResourceType.builtIn("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", true, "pdb"),
            ResourceType.builtIn("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", true, ""),
            ResourceType.builtIn("coordination.k8s.io/v1", "Lease", "leases", true, ""),
            ResourceType.builtIn("rbac.authorization.k8s.io/v1", "Role", "roles", true, ""),
            ResourceType.builtIn("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", true, ""));

    private final ObjectStore store;
    private volatile List<ResourceType> types;

    Registry(ObjectStore store) {
        this.store = store;
        this.types = types();
        store.listen(store.revision(), this::changed);
    }

    private void changed(Change change) {
        if (change.key().resource().equals(DEFINITIONS.resource())) {
            types = types();
        }
    }

    private List<ResourceType> types() {
        List<ResourceType> all = new ArrayList<>(BUILT_IN);
        for (ObjectNode definition : store.list(DEFINITIONS.resource(), "")) {
            for (JsonNode version : definition.at("/spec/versions")) {
                if (version.path("served").asBoolean()) {
                    all.add(custom(definition.path("spec"), version));
                }
            }
        }
        return List.copyOf(all);
    }

    private static ResourceType custom(JsonNode spec, JsonNode version) {
        JsonNode names = spec.path("names");
        String kind = names.path("kind").asText();
        return new ResourceType(
                spec.path("group").asText(),
                version.path("name").asText(),
                names.path("plural").asText(),
                names.path("singular").asText(kind.toLowerCase(java.util.Locale.ROOT)),
                kind,
                spec.path("scope").asText().equals("Namespaced"),
                version.path("subresources").has("status"),
                texts(names.path("shortNames")),
                texts(names.path("categories")),
                version);
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    List<ResourceType> all() {
        return types;
    }

    Optional<ResourceType> find(String group, String version, String plural) {
        return types.stream()
                .filter(t -> t.group().equals(group)
                        && t.version().equals(version)
                        && t.plural().equals(plural))
                .findFirst();
    }

    /// The kind that objects of that store resource have.
    Optional<ResourceType> ofResource(String resource) {
        return types.stream().filter(t -> t.resource().equals(resource)).findFirst();
    }

    Optional<ResourceType> ofKind(String apiVersion, String kind) {
        return types.stream()
                .filter(t -> t.apiVersion().equals(apiVersion) && t.kind().equals(kind))
                .findFirst();
    }
}
