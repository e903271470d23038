package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// Jobs of one pod that has one try. Control loop only.
public record Jobs(Cluster cluster) implements Runnable {
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
        Optional<ObjectNode> pod = cluster.pods(job, selector(job)).stream().findFirst();
        String phase = pod.map(p -> Json.text(p, "/status/phase")).orElse("");
        if (phase.equals("Succeeded")) {
            finish(job, "Complete", "CompletionsReached", "Reached expected number of succeeded pods");
        } else if (phase.equals("Failed")) {
            finish(job, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        } else if (isOverdue(job)) {
            pod.ifPresent(cluster::delete);
            finish(job, "Failed", "DeadlineExceeded", "Job was active longer than specified deadline");
        } else {
            if (pod.isEmpty()) {
                createPod(job);
            }
            cluster.updateStatus(job, status -> {
                status.put("startTime", status.path("startTime").asText(Json.now()));
                Json.putUnlessEmpty(status, "active", pod.isPresent() ? 1 : 0);
                status.put("ready", pod.filter(Json::podReady).isPresent() ? 1 : 0);
            });
        }
    }

    private void createPod(ObjectNode job) {
        String name = Json.name(job) + "-" + UUID.randomUUID().toString().substring(0, 5);
        ObjectNode pod = Json.fromTemplate(name, job);
        pod.withObject("/metadata/labels").put("job-name", Json.name(job)).setAll(selector(job));
        cluster.create("Pod", pod);
        cluster.update(job, j -> j.withObject("/spec/selector").set("matchLabels", selector(job)));
    }

    private static ObjectNode selector(JsonNode job) {
        return Json.object().put("batch.kubernetes.io/controller-uid", Json.uid(job));
    }

    private static boolean isOverdue(JsonNode job) {
        long seconds = job.at("/spec/activeDeadlineSeconds").asLong();
        String start = job.at("/status/startTime").asText(Json.now());
        return seconds > 0 && Instant.parse(start).plusSeconds(seconds).isBefore(Instant.now());
    }

    private void finish(ObjectNode job, String condition, String reason, String message) {
        boolean complete = condition.equals("Complete");
        cluster.updateStatus(job, status -> {
            status.put(complete ? "succeeded" : "failed", 1).put("ready", 0).remove("active");
            Json.putUnlessEmpty(status, "completionTime", complete ? Json.now() : "");
            Json.condition(status, condition, true, reason, message);
        });
    }
}
