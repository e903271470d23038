package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// Jobs of one pod: until it succeeds or failed too often. Control loop only.
final class Jobs implements ControlLoop.Controller {
    private static final Duration RETRY = Duration.ofSeconds(10);

    /// How a job has failed.
    private record Failure(String reason, String message) {}

    private final Cluster cluster;
    private final ControlLoop loop;

    Jobs(Cluster cluster, ControlLoop loop) {
        this.cluster = cluster;
        this.loop = loop;
    }

    @Override
    public void reconcile() {
        List<ObjectNode> pods = cluster.list("Pod");
        for (ObjectNode job : cluster.list("Job")) {
            if (!Json.deleting(job)) {
                reconcile(
                        job,
                        pods.stream().filter(p -> Json.controlledBy(p, job)).toList());
            }
        }
    }

    private void reconcile(ObjectNode job, List<ObjectNode> pods) {
        if (Json.conditionIs(job, "Complete", "True") || Json.conditionIs(job, "Failed", "True")) {
            removeWhenExpired(job);
            return;
        }
        Optional<ObjectNode> active = pods.stream()
                .filter(p -> !Json.terminal(p) && !Json.deleting(p))
                .findFirst();
        long failed = phase(pods, "Failed").count();
        Optional<Failure> failure = failure(job, pods, failed);
        if (phase(pods, "Succeeded").findAny().isPresent()) {
            finish(
                    job,
                    "Complete",
                    failed,
                    new Failure("CompletionsReached", "Reached expected number of succeeded pods"));
        } else if (failure.isPresent()) {
            active.ifPresent(cluster::delete);
            finish(job, "Failed", failed, failure.get());
            cluster.event(
                    job,
                    "job-controller",
                    "Warning",
                    failure.get().reason(),
                    failure.get().message());
        } else {
            if (active.isEmpty() && mayRetry(pods, failed)) {
                createPod(job);
            }
            cluster.updateStatus(job, status -> {
                if (!status.has("startTime")) {
                    status.put("startTime", Json.now());
                }
                Json.count(status, "active", active.isPresent() ? 1 : 0);
                counts(status, 0, failed, active.filter(Json::podReady).isPresent() ? 1 : 0);
            });
        }
    }

    private static Stream<ObjectNode> phase(List<ObjectNode> pods, String phase) {
        return pods.stream().filter(p -> Json.text(p, "/status/phase").equals(phase));
    }

    private static Stream<JsonNode> containers(List<ObjectNode> pods) {
        return pods.stream().flatMap(p -> Json.stream(p.at("/status/containerStatuses")));
    }

    private Optional<Failure> failure(ObjectNode job, List<ObjectNode> pods, long failed) {
        long restarts =
                containers(pods).mapToLong(c -> c.path("restartCount").asLong()).sum();
        if (failed + restarts > job.at("/spec/backoffLimit").asInt()) {
            return Optional.of(new Failure("BackoffLimitExceeded", "Job has reached the specified backoff limit"));
        }
        JsonNode seconds = job.at("/spec/activeDeadlineSeconds");
        if (seconds.isNumber() && job.at("/status").has("startTime")) {
            Instant start = Instant.parse(Json.text(job, "/status/startTime"));
            if (isDue(start.plusSeconds(seconds.asLong()))) {
                return Optional.of(new Failure("DeadlineExceeded", "Job was active longer than specified deadline"));
            }
        }
        return Optional.empty();
    }

    /// Looks again then, if it is later.
    private boolean isDue(Instant time) {
        boolean due = !Instant.now().isBefore(time);
        if (!due) {
            loop.wakeAfter(Duration.between(Instant.now(), time).plusMillis(10));
        }
        return due;
    }

    /// 10 s after the first failure, doubling with each.
    private boolean mayRetry(List<ObjectNode> pods, long failed) {
        Instant last = containers(pods)
                .map(c -> Json.text(c, "/state/terminated/finishedAt"))
                .filter(t -> !t.isEmpty())
                .map(Instant::parse)
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
        return failed == 0 || isDue(last.plus(RETRY.multipliedBy(1L << Math.min(failed - 1, 5))));
    }

    private void createPod(ObjectNode job) {
        JsonNode template = job.at("/spec/template");
        String name = Json.name(job) + "-" + UUID.randomUUID().toString().substring(0, 5);
        ObjectNode pod = Json.owned(name, job, template.at("/metadata/labels"));
        pod.withObject("/metadata")
                .put("generateName", Json.name(job) + "-")
                .set("annotations", template.at("/metadata/annotations"));
        pod.set("spec", template.path("spec").deepCopy());
        if (cluster.create("Pod", pod).isPresent()) {
            cluster.event(job, "job-controller", "Normal", "SuccessfulCreate", "Created pod: " + name);
        }
    }

    private void finish(ObjectNode job, String type, long failed, Failure why) {
        boolean complete = type.equals("Complete");
        cluster.updateStatus(job, status -> {
            status.remove("active");
            counts(status, complete ? 1 : 0, failed, 0);
            Json.putOrRemove(status, "completionTime", Json.now(), !complete);
            for (String condition : List.of(complete ? "SuccessCriteriaMet" : "FailureTarget", type)) {
                Json.condition(status, condition, true, why.reason(), why.message());
            }
        });
    }

    private static void counts(ObjectNode status, long succeeded, long failed, long ready) {
        Json.count(status, "succeeded", succeeded);
        Json.count(status, "failed", failed);
        status.put("ready", ready).put("terminating", 0).putObject("uncountedTerminatedPods");
    }

    private void removeWhenExpired(ObjectNode job) {
        JsonNode seconds = job.at("/spec/ttlSecondsAfterFinished");
        String finished = Json.text(job, "/status/conditions/0/lastTransitionTime");
        if (seconds.isNumber() && isDue(Instant.parse(finished).plusSeconds(seconds.asLong()))) {
            cluster.delete(job);
        }
    }
}
