package dev.quorate.local.runtime;

/// The built-in kinds that controllers and kubelet read and write.
public enum Kind {
    POD("", "v1", "Pod", "pods"),
    SERVICE("", "v1", "Service", "services"),
    ENDPOINTS("", "v1", "Endpoints", "endpoints"),
    CONFIG_MAP("", "v1", "ConfigMap", "configmaps"),
    SECRET("", "v1", "Secret", "secrets"),
    CLAIM("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    EVENT("", "v1", "Event", "events"),
    STATEFUL_SET("apps", "v1", "StatefulSet", "statefulsets"),
    CONTROLLER_REVISION("apps", "v1", "ControllerRevision", "controllerrevisions"),
    JOB("batch", "v1", "Job", "jobs"),
    ENDPOINT_SLICE("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices"),
    DISRUPTION_BUDGET("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets");

    private final String group;
    private final String version;
    private final String kind;
    private final String plural;

    Kind(String group, String version, String kind, String plural) {
        this.group = group;
        this.version = version;
        this.kind = kind;
        this.plural = plural;
    }

    /// The API group; empty for the core group.
    public String group() {
        return group;
    }

    public String version() {
        return version;
    }

    /// As in an object's `kind`.
    public String kind() {
        return kind;
    }

    /// As in a URL.
    public String plural() {
        return plural;
    }

    /// As in an object's `apiVersion`.
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }
}
