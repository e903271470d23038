package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// StatefulSets: revisions, claims, pods with stable names, status. Control loop only.
final class StatefulSets implements ControlLoop.Controller {
    private final Cluster cluster;
    private final EventRecorder events;

    StatefulSets(Cluster cluster) {
        this.cluster = cluster;
        this.events = new EventRecorder(cluster, "statefulset-controller");
    }

    @Override
    public void reconcile() {
        List<ObjectNode> pods = cluster.list(Kind.POD);
        for (ObjectNode set : cluster.list(Kind.STATEFUL_SET)) {
            if (!Json.deleting(set)) {
                reconcile(set, pods);
            }
        }
    }

    private void reconcile(ObjectNode set, List<ObjectNode> allPods) {
        String revision = newestRevision(set);
        TreeMap<Integer, ObjectNode> pods = podsByOrdinal(set, allPods);
        int first = set.at("/spec/ordinals/start").asInt();
        int end = first + set.at("/spec/replicas").asInt(1);
        boolean inOrder = !set.at("/spec/podManagementPolicy").asText().equals("Parallel");
        for (int ordinal = first; ordinal < end; ordinal++) {
            ObjectNode pod = pods.get(ordinal);
            if (pod == null) {
                createPod(set, ordinal, revision);
            } else if (Json.terminal(pod) && !Json.deleting(pod)) {
                events.warning(
                        Kind.STATEFUL_SET, set, "RecreatingFailedPod", "deleting finished Pod " + Json.name(pod));
                cluster.delete(Kind.POD, pod);
            }
            if (inOrder && (pod == null || !Json.podReady(pod))) {
                break;
            }
        }
        scaleDown(set, pods, first, end, inOrder);
        if (set.at("/spec/updateStrategy/type").asText().equals("RollingUpdate")) {
            roll(set, pods, revision);
        }
        writeStatus(set, revision, pods);
    }

    /// Pods this set controls; adopts matching ones that nobody controls (left by an orphaning delete of a former set).
    private TreeMap<Integer, ObjectNode> podsByOrdinal(ObjectNode set, List<ObjectNode> allPods) {
        String prefix = Json.name(set) + "-";
        TreeMap<Integer, ObjectNode> pods = new TreeMap<>();
        for (ObjectNode pod : allPods) {
            String name = Json.name(pod);
            if (!Json.namespace(pod).equals(Json.namespace(set))
                    || !name.startsWith(prefix)
                    || !name.substring(prefix.length()).matches("\\d{1,9}")) {
                continue;
            }
            if (!Json.hasController(pod) && !Json.deleting(pod) && Json.selects(set.at("/spec/selector"), pod)) {
                cluster.update(Kind.POD, pod, p -> p.withObject("/metadata")
                        .withArray("ownerReferences")
                        .add(Json.ownerReference(Kind.STATEFUL_SET, set)));
            } else if (!Json.controlledBy(pod, set)) {
                continue;
            }
            pods.put(Integer.parseInt(name.substring(prefix.length())), pod);
        }
        return pods;
    }

    private void createPod(ObjectNode set, int ordinal, String revision) {
        String name = Json.name(set) + "-" + ordinal;
        ObjectNode pod = Json.owned(Kind.POD, name, Kind.STATEFUL_SET, set);
        JsonNode template = set.at("/spec/template");
        ObjectNode metadata = (ObjectNode) pod.path("metadata");
        metadata.put("generateName", Json.name(set) + "-");
        ObjectNode labels = metadata.putObject("labels");
        template.at("/metadata/labels").properties().forEach(l -> labels.set(l.getKey(), l.getValue()));
        labels.put("apps.kubernetes.io/pod-index", String.valueOf(ordinal))
                .put("statefulset.kubernetes.io/pod-name", name)
                .put("controller-revision-hash", revision);
        if (template.at("/metadata").has("annotations")) {
            metadata.set("annotations", template.at("/metadata/annotations").deepCopy());
        }
        ObjectNode spec = template.path("spec").deepCopy();
        pod.set("spec", spec);
        spec.put("hostname", name).put("subdomain", set.at("/spec/serviceName").asText());
        for (JsonNode claim : set.at("/spec/volumeClaimTemplates")) {
            String volume = Json.name(claim);
            spec.withArray("volumes")
                    .addObject()
                    .put("name", volume)
                    .putObject("persistentVolumeClaim")
                    .put("claimName", volume + "-" + name);
            createClaim(set, claim, volume + "-" + name, name);
        }
        if (cluster.create(Kind.POD, pod).isPresent()) {
            events.normal(
                    Kind.STATEFUL_SET,
                    set,
                    "SuccessfulCreate",
                    "create Pod " + name + " in StatefulSet " + Json.name(set) + " successful");
        }
    }

    private void createClaim(ObjectNode set, JsonNode template, String name, String pod) {
        if (cluster.get(Kind.CLAIM, Json.namespace(set), name).isPresent()) {
            return;
        }
        ObjectNode claim = Json.owned(Kind.CLAIM, name, Kind.STATEFUL_SET, set);
        ObjectNode metadata = (ObjectNode) claim.path("metadata");
        if (!set.at("/spec/persistentVolumeClaimRetentionPolicy/whenDeleted")
                .asText()
                .equals("Delete")) {
            metadata.remove("ownerReferences");
        }
        ObjectNode labels = metadata.putObject("labels");
        template.at("/metadata/labels").properties().forEach(l -> labels.set(l.getKey(), l.getValue()));
        set.at("/spec/selector/matchLabels").properties().forEach(l -> labels.set(l.getKey(), l.getValue()));
        claim.set("spec", template.path("spec").deepCopy());
        if (cluster.create(Kind.CLAIM, claim).isPresent()) {
            events.normal(
                    Kind.STATEFUL_SET,
                    set,
                    "SuccessfulCreate",
                    "create Claim " + name + " Pod " + pod + " in StatefulSet " + Json.name(set) + " success");
        }
    }

    /// From the highest ordinal down; in order means one at a time.
    private void scaleDown(ObjectNode set, TreeMap<Integer, ObjectNode> pods, int first, int end, boolean inOrder) {
        for (Map.Entry<Integer, ObjectNode> entry : pods.descendingMap().entrySet()) {
            if (entry.getKey() >= first && entry.getKey() < end) {
                continue;
            }
            if (!Json.deleting(entry.getValue())) {
                handClaimsToPod(set, entry.getValue());
                cluster.delete(Kind.POD, entry.getValue());
            }
            if (inOrder) {
                return;
            }
        }
    }

    private void handClaimsToPod(ObjectNode set, ObjectNode pod) {
        if (!set.at("/spec/persistentVolumeClaimRetentionPolicy/whenScaled")
                .asText()
                .equals("Delete")) {
            return;
        }
        for (JsonNode template : set.at("/spec/volumeClaimTemplates")) {
            cluster.get(Kind.CLAIM, Json.namespace(set), Json.name(template) + "-" + Json.name(pod))
                    .ifPresent(claim -> cluster.update(Kind.CLAIM, claim, c -> c.withObject("/metadata")
                            .putArray("ownerReferences")
                            .add(Json.ownerReference(Kind.POD, pod))));
        }
    }

    /// One outdated pod at a time, highest first, and only while all are ready.
    private void roll(ObjectNode set, TreeMap<Integer, ObjectNode> pods, String revision) {
        int partition = set.at("/spec/updateStrategy/rollingUpdate/partition").asInt();
        if (pods.values().stream().allMatch(Json::podReady)) {
            pods.descendingMap().entrySet().stream()
                    .filter(e ->
                            e.getKey() >= partition && !revisionOf(e.getValue()).equals(revision))
                    .findFirst()
                    .ifPresent(e -> cluster.delete(Kind.POD, e.getValue()));
        }
    }

    private void writeStatus(ObjectNode set, String revision, TreeMap<Integer, ObjectNode> pods) {
        List<ObjectNode> kept =
                pods.values().stream().filter(p -> !Json.deleting(p)).toList();
        long ready = kept.stream().filter(Json::podReady).count();
        long updated = kept.stream().filter(p -> revisionOf(p).equals(revision)).count();
        boolean onDelete = set.at("/spec/updateStrategy/type").asText().equals("OnDelete");
        cluster.updateStatus(Kind.STATEFUL_SET, set, object -> {
            ObjectNode status = object.withObject("/status");
            // Under OnDelete the current revision never catches up, as in Kubernetes.
            if (!status.has("currentRevision") || (!onDelete && updated == kept.size())) {
                status.put("currentRevision", revision);
            }
            String current = status.path("currentRevision").asText();
            status.put("observedGeneration", set.at("/metadata/generation").asLong())
                    .put("replicas", pods.size())
                    .put("availableReplicas", ready)
                    .put("updateRevision", revision)
                    .put("collisionCount", 0);
            Json.count(status, "readyReplicas", ready);
            Json.count(status, "updatedReplicas", updated);
            Json.count(
                    status,
                    "currentReplicas",
                    kept.stream().filter(p -> revisionOf(p).equals(current)).count());
        });
    }

    private static String revisionOf(JsonNode pod) {
        return pod.at("/metadata/labels/controller-revision-hash").asText();
    }

    /// The revision of the present template; an equal former one is taken again, with a higher number.
    private String newestRevision(ObjectNode set) {
        List<ObjectNode> history = cluster.list(Kind.CONTROLLER_REVISION).stream()
                .filter(r -> Json.controlledBy(r, set))
                .sorted(Comparator.comparingLong(r -> r.path("revision").asLong()))
                .toList();
        long highest =
                history.isEmpty() ? 0 : history.getLast().path("revision").asLong();
        String hash = Json.hash(set.at("/spec/template").toString());
        String name = Json.name(set) + "-" + hash;
        var present = history.stream().filter(r -> Json.name(r).equals(name)).findFirst();
        if (present.isEmpty()) {
            ObjectNode revision = Json.owned(Kind.CONTROLLER_REVISION, name, Kind.STATEFUL_SET, set);
            ObjectNode labels = revision.withObject("/metadata").putObject("labels");
            set.at("/spec/selector/matchLabels").properties().forEach(l -> labels.set(l.getKey(), l.getValue()));
            labels.put("controller.kubernetes.io/hash", hash);
            revision.withObject("/data/spec").set("template", set.at("/spec/template"));
            revision.put("revision", highest + 1);
            cluster.create(Kind.CONTROLLER_REVISION, revision);
            int limit = set.at("/spec/revisionHistoryLimit").asInt(10);
            history.stream()
                    .filter(r -> !Json.name(r)
                            .equals(set.at("/status/currentRevision").asText()))
                    .limit(Math.max(0, history.size() - limit))
                    .forEach(r -> cluster.delete(Kind.CONTROLLER_REVISION, r));
        } else if (present.get().path("revision").asLong() < highest) {
            cluster.update(Kind.CONTROLLER_REVISION, present.get(), r -> r.put("revision", highest + 1));
        }
        return name;
    }
}
