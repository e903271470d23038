package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
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
        String template = set.at("/spec/template").toString();
        String revision = Json.name(set) + "-" + Json.hash(template);
        Optional<ObjectNode> present = cluster.get("Pod", Json.namespace(set), Json.name(set) + "-0");
        Optional<ObjectNode> own = present.filter(
                p -> p.at("/metadata/ownerReferences").findValuesAsText("uid").contains(Json.uid(set)));
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
        ObjectNode labels = pod.withObject("/metadata/labels").put(REVISION, revision);
        labels.put("apps.kubernetes.io/pod-index", "0").put("statefulset.kubernetes.io/pod-name", name);
        ObjectNode spec = pod.withObject("/spec").put("hostname", name);
        spec.set("subdomain", set.at("/spec/serviceName"));
        for (JsonNode template : set.at("/spec/volumeClaimTemplates")) {
            String claim = Json.name(template) + "-" + name;
            ObjectNode volume = spec.withArray("volumes").addObject().put("name", Json.name(template));
            volume.putObject("persistentVolumeClaim").put("claimName", claim);
            createClaim(set, template, claim);
        }
        cluster.create("Pod", pod);
    }

    private void createClaim(ObjectNode set, JsonNode template, String name) {
        ObjectNode claim = Json.owned(name, set, template.at("/metadata/labels"));
        claim.withObject("/metadata/labels").setAll((ObjectNode) set.at("/spec/selector/matchLabels"));
        String policy = Json.text(set, "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted");
        if (!policy.equals("Delete")) {
            claim.withObject("/metadata").remove("ownerReferences");
        }
        claim.set("spec", template.path("spec"));
        cluster.create("PersistentVolumeClaim", claim);
    }

    private static void report(ObjectNode status, JsonNode set, String revision, Optional<ObjectNode> pod) {
        Optional<ObjectNode> kept = pod.filter(p -> !Json.deleting(p));
        JsonNode running = kept.map(p -> p.at("/metadata/labels/" + REVISION)).orElse(MissingNode.getInstance());
        int ready = kept.filter(Json::podReady).isPresent() ? 1 : 0;
        // Under OnDelete the current revision never catches up, as in Kubernetes.
        String current = status.path("currentRevision").asText(revision);
        status.setAll(Json.of(
                "{observedGeneration: %s, replicas: %s, availableReplicas: %s, currentRevision: '%s', updateRevision: '%s'}",
                set.at("/metadata/generation"), pod.isPresent() ? 1 : 0, ready, current, revision));
        Json.putUnlessEmpty(status, "readyReplicas", ready);
        Json.putUnlessEmpty(status, "updatedReplicas", running.asText().equals(revision) ? 1 : 0);
        Json.putUnlessEmpty(status, "currentReplicas", running.asText().equals(current) ? 1 : 0);
    }
}
