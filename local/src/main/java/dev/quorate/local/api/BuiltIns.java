package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/// What Kubernetes fills in and forbids for built-in kinds, as far as operators rely on it. Pure.
final class BuiltIns {
    private static final Set<String> WITHOUT_GENERATION = Set.of(
            "ConfigMap",
            "Secret",
            "Service",
            "Endpoints",
            "PersistentVolumeClaim",
            "PersistentVolume",
            "Lease",
            "Event",
            "ServiceAccount",
            "Role",
            "RoleBinding",
            "Namespace",
            "Node",
            "ControllerRevision");
    private static final Set<String> SET_MUTABLE = Set.of(
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds");

    private BuiltIns() {}

    static boolean hasGeneration(ResourceType type) {
        return type.custom() || !WITHOUT_GENERATION.contains(type.kind());
    }

    static void onCreate(ResourceType type, ObjectNode object) {
        if (type.custom()) {
            return;
        }
        switch (type.kind()) {
            case "Namespace" -> {
                object.withObject("/metadata")
                        .withObject("/labels")
                        .put(
                                "kubernetes.io/metadata.name",
                                object.at("/metadata/name").asText());
                object.withObject("/status").put("phase", "Active");
            }
            case "CustomResourceDefinition" -> established(object);
            case "Job" -> job(object);
            case "PersistentVolumeClaim" -> {
                object.withObject("/metadata").withArray("finalizers").add("kubernetes.io/pvc-protection");
                object.withObject("/status").put("phase", "Pending");
                absent(object.withObject("/spec"), "volumeMode", "Filesystem");
            }
            case "Pod" -> object.withObject("/status").put("phase", "Pending");
            case String other -> {}
        }
        defaults(type, object);
    }

    static void onUpdate(ResourceType type, JsonNode live, ObjectNode next) {
        if (type.custom()) {
            return;
        }
        String name = next.at("/metadata/name").asText();
        switch (type.kind()) {
            case "StatefulSet" -> {
                for (var field : next.path("spec").properties()) {
                    if (!SET_MUTABLE.contains(field.getKey())
                            && !field.getValue().equals(live.at("/spec/" + field.getKey()))) {
                        throw forbidden(
                                type,
                                name,
                                "spec",
                                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
                                        + " 'updateStrategy', 'revisionHistoryLimit',"
                                        + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
                    }
                }
            }
            case "ConfigMap", "Secret" -> {
                if (live.path("immutable").asBoolean() && !next.path("data").equals(live.path("data"))) {
                    throw forbidden(type, name, "data", "field is immutable when `immutable` is set");
                }
            }
            case "CustomResourceDefinition" -> established(next);
            case "Job" -> {
                if (!next.at("/spec/template").equals(live.at("/spec/template"))) {
                    throw StatusError.invalid(
                            type,
                            name,
                            List.of(new StatusError.Cause(
                                    "FieldValueInvalid", "Invalid value: field is immutable", "spec.template")));
                }
            }
            case String other -> {}
        }
        defaults(type, next);
    }

    private static StatusError forbidden(ResourceType type, String name, String field, String why) {
        return StatusError.invalid(
                type, name, List.of(new StatusError.Cause("FieldValueForbidden", "Forbidden: " + why, field)));
    }

    /// Runs at each write: what is absent gets its default.
    private static void defaults(ResourceType type, ObjectNode object) {
        switch (type.kind()) {
            case "Secret" -> {
                absent(object, "type", "Opaque");
                object.path("stringData").properties().forEach(e -> object.withObject("/data")
                        .put(
                                e.getKey(),
                                Base64.getEncoder()
                                        .encodeToString(e.getValue()
                                                .asText()
                                                .getBytes(java.nio.charset.StandardCharsets.UTF_8))));
                object.remove("stringData");
            }
            case "Service" -> service(object.withObject("/spec"));
            case "StatefulSet" -> {
                ObjectNode spec = object.withObject("/spec");
                absent(spec, "podManagementPolicy", "OrderedReady");
                absent(spec.withObject("/updateStrategy"), "type", "RollingUpdate");
                ObjectNode retention = spec.withObject("/persistentVolumeClaimRetentionPolicy");
                absent(retention, "whenDeleted", "Retain");
                absent(retention, "whenScaled", "Retain");
                absent(spec, "replicas", 1);
                absent(spec, "revisionHistoryLimit", 10);
                pod(spec.withObject("/template/spec"));
            }
            case "Job" -> pod(object.withObject("/spec/template/spec"));
            case "Pod" -> pod(object.withObject("/spec"));
            case String other -> {}
        }
    }

    private static void service(ObjectNode spec) {
        absent(spec, "type", "ClusterIP");
        absent(spec, "sessionAffinity", "None");
        absent(spec, "internalTrafficPolicy", "Cluster");
        // Names resolve to pods; there is no proxy that an address of its own could lead to.
        absent(spec, "clusterIP", "None");
        for (JsonNode port : spec.path("ports")) {
            absent((ObjectNode) port, "protocol", "TCP");
            if (!port.has("targetPort")) {
                ((ObjectNode) port).set("targetPort", port.path("port"));
            }
        }
    }

    private static void pod(ObjectNode spec) {
        absent(spec, "restartPolicy", "Always");
        absent(spec, "dnsPolicy", "ClusterFirst");
        absent(spec, "schedulerName", "default-scheduler");
        absent(spec, "terminationGracePeriodSeconds", 30);
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : spec.path(list)) {
                ObjectNode node = (ObjectNode) container;
                absent(node, "terminationMessagePath", "/dev/termination-log");
                absent(node, "terminationMessagePolicy", "File");
                absent(node, "imagePullPolicy", "IfNotPresent");
                container.path("ports").forEach(p -> absent((ObjectNode) p, "protocol", "TCP"));
            }
        }
    }

    private static void job(ObjectNode job) {
        ObjectNode spec = job.withObject("/spec");
        String uid = job.at("/metadata/uid").asText();
        spec.withObject("/selector/matchLabels").put("batch.kubernetes.io/controller-uid", uid);
        ObjectNode labels = spec.withObject("/template/metadata/labels");
        for (String prefix : List.of("", "batch.kubernetes.io/")) {
            labels.put(prefix + "controller-uid", uid)
                    .put(prefix + "job-name", job.at("/metadata/name").asText());
        }
        absent(spec, "parallelism", 1);
        absent(spec, "completions", 1);
        absent(spec, "backoffLimit", 6);
        absent(spec, "completionMode", "NonIndexed");
    }

    private static void established(ObjectNode definition) {
        ObjectNode names = definition.withObject("/spec/names");
        String kind = names.path("kind").asText();
        absent(names, "singular", kind.toLowerCase(java.util.Locale.ROOT));
        absent(names, "listKind", kind + "List");
        ObjectNode status = definition.withObject("/status");
        status.set("acceptedNames", names.deepCopy());
        if (status.path("conditions").isEmpty()) {
            var conditions = status.putArray("conditions");
            conditions
                    .addObject()
                    .put("type", "NamesAccepted")
                    .put("status", "True")
                    .put("lastTransitionTime", Json.now())
                    .put("reason", "NoConflicts")
                    .put("message", "no conflicts found");
            conditions
                    .addObject()
                    .put("type", "Established")
                    .put("status", "True")
                    .put("lastTransitionTime", Json.now())
                    .put("reason", "InitialNamesAccepted")
                    .put("message", "the initial names have been accepted");
        }
        var versions = status.putArray("storedVersions");
        for (JsonNode version : definition.at("/spec/versions")) {
            if (version.path("storage").asBoolean()) {
                versions.add(version.path("name").asText());
            }
        }
    }

    private static void absent(ObjectNode node, String field, String value) {
        if (!node.hasNonNull(field)) {
            node.put(field, value);
        }
    }

    private static void absent(ObjectNode node, String field, int value) {
        if (!node.hasNonNull(field)) {
            node.put(field, value);
        }
    }
}
