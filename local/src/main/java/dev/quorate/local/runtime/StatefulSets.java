package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.util.Optional;

/// StatefulSets of at most one replica, updated on deletion: claims, the pod, status. Control loop only.
public record StatefulSets(Cluster cluster) implements Runnable {
    private static final String REVISION = "controller-revision-hash";

    @Override
    public void run() {
        cluster.list("StatefulSet").stream().filter(s -> !Json.deleting(s)).forEach(this::reconcile);
    }

    private void reconcile(ObjectNode set) {
        String revision =
                Json.name(set) + "-" + Json.hash(set.at("/spec/template").toString());
        Optional<ObjectNode> present = cluster.get("Pod", Json.namespace(set), Json.name(set) + "-0");
        Optional<ObjectNode> own = present.filter(p -> Json.controlledBy(p, set));
        boolean wanted = set.at("/spec/replicas").asInt() > 0;
        if (present.isEmpty() && wanted) {
            createPod(set, revision);
        } else if (own.isPresent() && !Json.deleting(own.get()) && (!wanted || Json.terminal(own.get()))) {
            cluster.delete(own.get());
        }
        cluster.updateStatus(set, status -> report(status, set, revision, own));
    }

    private void createPod(ObjectNode set, String revision) {
        String name = Json.name(set) + "-0";
        ObjectNode pod = Json.fromTemplate(name, set);
        pod.withObject("/metadata/labels")
                .put("apps.kubernetes.io/pod-index", "0")
                .put("statefulset.kubernetes.io/pod-name", name)
                .put(REVISION, revision);
        ObjectNode spec = pod.withObject("/spec").put("hostname", name);
        spec.set("subdomain", set.at("/spec/serviceName"));
        for (JsonNode template : set.at("/spec/volumeClaimTemplates")) {
            String claim = Json.name(template) + "-" + name;
            spec.withArray("volumes")
                    .add(Json.of("{name: %s, persistentVolumeClaim: {claimName: %s}}", Json.name(template), claim));
            createClaim(set, template, claim);
        }
        if (cluster.create("Pod", pod)) {
            cluster.event(set, "Normal", "SuccessfulCreate", "created Pod " + name);
        }
    }

    private void createClaim(ObjectNode set, JsonNode template, String name) {
        ObjectNode claim = Json.owned(name, set, template.at("/metadata/labels"));
        claim.withObject("/metadata/labels").setAll((ObjectNode) set.at("/spec/selector/matchLabels"));
        if (!Json.text(set, "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted")
                .equals("Delete")) {
            claim.withObject("/metadata").remove("ownerReferences");
        }
        claim.set("spec", template.path("spec"));
        cluster.create("PersistentVolumeClaim", claim);
    }

    private static void report(ObjectNode status, JsonNode set, String revision, Optional<ObjectNode> pod) {
        Optional<ObjectNode> kept = pod.filter(p -> !Json.deleting(p));
        String running =
                kept.map(p -> Json.text(p, "/metadata/labels/" + REVISION)).orElse("");
        int ready = kept.filter(Json::podReady).isPresent() ? 1 : 0;
        // Under OnDelete the current revision never catches up, as in Kubernetes.
        String current = status.path("currentRevision").asText(revision);
        status.put("observedGeneration", set.at("/metadata/generation").asLong())
                .put("replicas", pod.isPresent() ? 1 : 0)
                .put("availableReplicas", ready)
                .put("currentRevision", current)
                .put("updateRevision", revision);
        Json.count(status, "readyReplicas", ready);
        Json.count(status, "updatedReplicas", running.equals(revision) ? 1 : 0);
        Json.count(status, "currentReplicas", running.equals(current) ? 1 : 0);
    }
}
