package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.api.ControlLoop;
import dev.quorate.local.store.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Jobs of one pod that has one try. Control loop only.
final class Jobs implements Runnable {
    private final Cluster cluster;
    private final ControlLoop loop;

    Jobs(Cluster cluster, ControlLoop loop) {
        this.cluster = cluster;
        this.loop = loop;
    }

    @Override
    public void run() {
        for (ObjectNode job : cluster.list("Job")) {
            boolean ended = Json.conditionIs(job, "Complete", "True") || Json.conditionIs(job, "Failed", "True");
            if (!ended && !Json.deleting(job)) {
                reconcile(job);
            }
        }
    }

    private void reconcile(ObjectNode job) {
        List<ObjectNode> pods = cluster.list("Pod").stream()
                .filter(p -> Json.controlledBy(p, job))
                .toList();
        Optional<ObjectNode> active = pods.stream()
                .filter(p -> !Json.terminal(p) && !Json.deleting(p))
                .findFirst();
        if (pods.stream().anyMatch(p -> Json.text(p, "/status/phase").equals("Succeeded"))) {
            finish(job, "SuccessCriteriaMet", "Complete", "CompletionsReached", "Reached expected number of pods");
        } else if (pods.stream().anyMatch(p -> Json.text(p, "/status/phase").equals("Failed"))) {
            String message = "Job has reached the specified backoff limit";
            finish(job, "FailureTarget", "Failed", "BackoffLimitExceeded", message);
        } else if (isOverdue(job)) {
            active.ifPresent(cluster::delete);
            finish(job, "FailureTarget", "Failed", "DeadlineExceeded", "Job was active longer than its deadline");
        } else {
            if (pods.isEmpty()) {
                createPod(job);
            }
            cluster.updateStatus(job, status -> {
                status.put("startTime", status.path("startTime").asText(Json.now()));
                Json.count(status, "active", active.isPresent() ? 1 : 0);
                status.put("ready", active.filter(Json::podReady).isPresent() ? 1 : 0);
            });
        }
    }

    private void createPod(ObjectNode job) {
        String name = Json.name(job) + "-" + UUID.randomUUID().toString().substring(0, 5);
        ObjectNode pod = Json.fromTemplate(name, job);
        pod.withObject("/metadata/labels").put("job-name", Json.name(job)).setAll(selector(job));
        cluster.create("Pod", pod);
        cluster.update(job, j -> j.withObject("/spec/selector").set("matchLabels", selector(job)));
        cluster.event(job, "Normal", "SuccessfulCreate", "Created pod: " + name);
    }

    private static ObjectNode selector(JsonNode job) {
        return Json.object().put("batch.kubernetes.io/controller-uid", Json.uid(job));
    }

    private boolean isOverdue(JsonNode job) {
        long seconds = job.at("/spec/activeDeadlineSeconds").asLong();
        String start = Json.text(job, "/status/startTime");
        return seconds > 0
                && !start.isEmpty()
                && loop.isDue(Instant.parse(start).plusSeconds(seconds));
    }

    private void finish(ObjectNode job, String first, String last, String reason, String message) {
        boolean complete = last.equals("Complete");
        cluster.updateStatus(job, status -> {
            status.remove("active");
            status.put(complete ? "succeeded" : "failed", 1).put("ready", 0);
            Json.putOrRemove(status, "completionTime", Json.now(), !complete);
            Json.condition(status, first, true, reason, message);
            Json.condition(status, last, true, reason, message);
        });
        cluster.event(job, complete ? "Normal" : "Warning", reason, message);
    }
}
