package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// StatefulSets of at most one replica, updated on deletion: revisions, claims, the pod, status. Control loop only.
final class StatefulSets implements ControlLoop.Controller {
    private static final String REVISION = "controller-revision-hash";

    private final Cluster cluster;

    StatefulSets(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void reconcile() {
        for (ObjectNode set : cluster.list("StatefulSet")) {
            if (!Json.deleting(set)) {
                reconcile(set);
            }
        }
    }

    private void reconcile(ObjectNode set) {
        String revision = newestRevision(set);
        Optional<ObjectNode> pod = cluster.get("Pod", Json.namespace(set), Json.name(set) + "-0");
        boolean wanted = set.at("/spec/replicas").asInt() > 0;
        if (pod.isEmpty() && wanted) {
            createPod(set, revision);
        } else if (pod.isPresent() && Json.controlledBy(pod.get(), set) && !Json.deleting(pod.get())) {
            if (!wanted) {
                cluster.delete(pod.get());
            } else if (Json.terminal(pod.get())) {
                event(set, "RecreatingFailedPod", "deleting finished Pod " + Json.name(pod.get()));
                cluster.delete(pod.get());
            }
        }
        writeStatus(set, revision, pod.filter(p -> Json.controlledBy(p, set)));
    }

    private void event(ObjectNode set, String reason, String message) {
        cluster.event(set, "statefulset-controller", "Normal", reason, message);
    }

    private void createPod(ObjectNode set, String revision) {
        String name = Json.name(set) + "-0";
        JsonNode template = set.at("/spec/template");
        ObjectNode pod = Json.owned(name, set, template.at("/metadata/labels"));
        ObjectNode metadata = pod.withObject("/metadata").put("generateName", Json.name(set) + "-");
        metadata.withObject("/labels")
                .put("apps.kubernetes.io/pod-index", "0")
                .put("statefulset.kubernetes.io/pod-name", name)
                .put(REVISION, revision);
        metadata.set("annotations", template.at("/metadata/annotations"));
        ObjectNode spec = template.path("spec").deepCopy();
        pod.set("spec", spec);
        spec.put("hostname", name).set("subdomain", set.at("/spec/serviceName"));
        for (JsonNode claim : set.at("/spec/volumeClaimTemplates")) {
            String claimName = Json.name(claim) + "-" + name;
            spec.withArray("volumes")
                    .add(Json.of("{name: %s, persistentVolumeClaim: {claimName: %s}}", Json.name(claim), claimName));
            createClaim(set, claim, claimName);
        }
        if (cluster.create("Pod", pod).isPresent()) {
            event(set, "SuccessfulCreate", "create Pod " + name + " in StatefulSet " + Json.name(set) + " successful");
        }
    }

    private void createClaim(ObjectNode set, JsonNode template, String name) {
        ObjectNode claim = Json.owned(name, set, template.at("/metadata/labels"));
        claim.withObject("/metadata/labels").setAll((ObjectNode) set.at("/spec/selector/matchLabels"));
        if (!Json.text(set, "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted")
                .equals("Delete")) {
            claim.withObject("/metadata").remove("ownerReferences");
        }
        claim.set("spec", template.path("spec").deepCopy());
        if (cluster.create("PersistentVolumeClaim", claim).isPresent()) {
            event(
                    set,
                    "SuccessfulCreate",
                    "create Claim " + name + " Pod " + Json.name(set) + "-0 in StatefulSet " + Json.name(set)
                            + " success");
        }
    }

    private void writeStatus(ObjectNode set, String revision, Optional<ObjectNode> pod) {
        Optional<ObjectNode> kept = pod.filter(p -> !Json.deleting(p));
        int ready = kept.filter(Json::podReady).isPresent() ? 1 : 0;
        String running =
                kept.map(p -> p.at("/metadata/labels").path(REVISION).asText()).orElse("");
        cluster.updateStatus(set, status -> {
            // Under OnDelete the current revision never catches up, as in Kubernetes.
            if (!status.has("currentRevision")) {
                status.put("currentRevision", revision);
            }
            status.put("observedGeneration", set.at("/metadata/generation").asLong())
                    .put("replicas", pod.isPresent() ? 1 : 0)
                    .put("availableReplicas", ready)
                    .put("updateRevision", revision)
                    .put("collisionCount", 0);
            Json.count(status, "readyReplicas", ready);
            Json.count(status, "updatedReplicas", running.equals(revision) ? 1 : 0);
            String current = status.path("currentRevision").asText();
            Json.count(status, "currentReplicas", running.equals(current) ? 1 : 0);
        });
    }

    /// The revision of the present template; an equal former one is taken again, with a higher number.
    private String newestRevision(ObjectNode set) {
        List<ObjectNode> history = cluster.list("ControllerRevision").stream()
                .filter(r -> Json.controlledBy(r, set))
                .sorted(Comparator.comparingLong(r -> r.path("revision").asLong()))
                .toList();
        long highest =
                history.isEmpty() ? 0 : history.getLast().path("revision").asLong();
        String hash = Json.hash(set.at("/spec/template").toString());
        String name = Json.name(set) + "-" + hash;
        var present = history.stream().filter(r -> Json.name(r).equals(name)).findFirst();
        if (present.isEmpty()) {
            ObjectNode revision = Json.owned(name, set, set.at("/spec/selector/matchLabels"));
            revision.withObject("/metadata/labels").put("controller.kubernetes.io/hash", hash);
            revision.withObject("/data/spec").set("template", set.at("/spec/template"));
            cluster.create("ControllerRevision", revision.put("revision", highest + 1));
            int surplus = history.size() - set.at("/spec/revisionHistoryLimit").asInt();
            history.stream()
                    .filter(r -> !Json.name(r).equals(Json.text(set, "/status/currentRevision")))
                    .limit(Math.max(0, surplus))
                    .forEach(cluster::delete);
        } else if (present.get().path("revision").asLong() < highest) {
            cluster.update(present.get(), r -> r.put("revision", highest + 1));
        }
        return name;
    }
}
