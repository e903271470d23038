package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// Jobs: pods until enough succeed or too many fail. Control loop only.
final class Jobs implements ControlLoop.Controller {
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration RETRY_MAX = Duration.ofMinutes(6);

    private final Cluster cluster;
    private final ControlLoop loop;
    private final EventRecorder events;

    Jobs(Cluster cluster, ControlLoop loop) {
        this.cluster = cluster;
        this.loop = loop;
        this.events = new EventRecorder(cluster, "job-controller");
    }

    @Override
    public void reconcile() {
        List<ObjectNode> pods = cluster.list(Kind.POD);
        for (ObjectNode job : cluster.list(Kind.JOB)) {
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
        List<ObjectNode> active = pods.stream()
                .filter(p -> !Json.terminal(p) && !Json.deleting(p))
                .toList();
        long succeeded = count(pods, "Succeeded");
        long failed = count(pods, "Failed");
        long restarts = pods.stream()
                .flatMap(p -> Json.stream(p.at("/status/containerStatuses")))
                .mapToLong(c -> c.path("restartCount").asLong())
                .sum();
        int completions = job.at("/spec/completions").asInt(1);
        String failure = failure(job, failed + restarts);
        if (succeeded >= completions) {
            finish(
                    job,
                    succeeded,
                    failed,
                    "SuccessCriteriaMet",
                    "Complete",
                    "CompletionsReached",
                    "Reached expected number of succeeded pods");
        } else if (!failure.isEmpty()) {
            active.forEach(p -> cluster.delete(Kind.POD, p));
            String reason = failure.substring(0, failure.indexOf(':'));
            finish(job, succeeded, failed, "FailureTarget", "Failed", reason, failure.substring(reason.length() + 2));
            events.warning(Kind.JOB, job, reason, failure.substring(reason.length() + 2));
        } else {
            if (!job.at("/spec/suspend").asBoolean()) {
                long wanted = Math.min(job.at("/spec/parallelism").asInt(1), completions - succeeded);
                if (active.size() < wanted && mayRetry(pods, failed)) {
                    createPod(job);
                }
            }
            progress(job, active, succeeded, failed);
        }
    }

    private static long count(List<ObjectNode> pods, String phase) {
        return pods.stream()
                .filter(p -> p.at("/status/phase").asText().equals(phase))
                .count();
    }

    /// Empty, or `Reason: message`.
    private String failure(ObjectNode job, long failures) {
        if (job.at("/spec").has("podFailurePolicy")
                || job.at("/spec/completionMode").asText().equals("Indexed")) {
            return "Unsupported: the embedded mode has neither podFailurePolicy nor completionMode Indexed";
        }
        if (failures > job.at("/spec/backoffLimit").asInt(6)) {
            return "BackoffLimitExceeded: Job has reached the specified backoff limit";
        }
        if (job.at("/spec").has("activeDeadlineSeconds") && job.at("/status").has("startTime")) {
            Instant deadline = Instant.parse(job.at("/status/startTime").asText())
                    .plusSeconds(job.at("/spec/activeDeadlineSeconds").asLong());
            if (Instant.now().isAfter(deadline)) {
                return "DeadlineExceeded: Job was active longer than specified deadline";
            }
            loop.wakeAfter(Duration.between(Instant.now(), deadline).plusMillis(10));
        }
        return "";
    }

    /// 10 s after the first failure, doubling with each.
    private boolean mayRetry(List<ObjectNode> pods, long failed) {
        if (failed == 0) {
            return true;
        }
        Duration delay = RETRY.multipliedBy(1L << Math.min(failed - 1, 10));
        Instant last = pods.stream()
                .flatMap(p -> Json.stream(p.at("/status/containerStatuses")))
                .map(c -> c.at("/state/terminated/finishedAt").asText())
                .filter(t -> !t.isEmpty())
                .map(Instant::parse)
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
        Instant due = last.plus(delay.compareTo(RETRY_MAX) > 0 ? RETRY_MAX : delay);
        if (Instant.now().isBefore(due)) {
            loop.wakeAfter(Duration.between(Instant.now(), due).plusMillis(10));
            return false;
        }
        return true;
    }

    private void createPod(ObjectNode job) {
        String name =
                Json.name(job) + "-" + Json.hash(UUID.randomUUID().toString()).substring(0, 5);
        ObjectNode pod = Json.owned(Kind.POD, name, Kind.JOB, job);
        ObjectNode metadata = pod.withObject("/metadata");
        metadata.put("generateName", Json.name(job) + "-");
        JsonNode template = job.at("/spec/template");
        ObjectNode labels = metadata.putObject("labels");
        template.at("/metadata/labels").properties().forEach(l -> labels.set(l.getKey(), l.getValue()));
        for (String prefix : List.of("", "batch.kubernetes.io/")) {
            labels.put(prefix + "controller-uid", Json.uid(job)).put(prefix + "job-name", Json.name(job));
        }
        if (template.at("/metadata").has("annotations")) {
            metadata.set("annotations", template.at("/metadata/annotations").deepCopy());
        }
        pod.set("spec", template.path("spec").deepCopy());
        if (cluster.create(Kind.POD, pod).isPresent()) {
            events.normal(Kind.JOB, job, "SuccessfulCreate", "Created pod: " + name);
        }
    }

    private void progress(ObjectNode job, List<ObjectNode> active, long succeeded, long failed) {
        cluster.updateStatus(Kind.JOB, job, object -> {
            ObjectNode status = object.withObject("/status");
            if (!status.has("startTime") && !job.at("/spec/suspend").asBoolean()) {
                status.put("startTime", Json.now());
            }
            Json.count(status, "active", active.size());
            counts(
                    status,
                    succeeded,
                    failed,
                    active.stream().filter(Json::podReady).count());
        });
    }

    private void finish(
            ObjectNode job, long succeeded, long failed, String target, String type, String reason, String message) {
        cluster.updateStatus(Kind.JOB, job, object -> {
            ObjectNode status = object.withObject("/status");
            if (!status.has("startTime")) {
                status.put("startTime", Json.now());
            }
            status.remove("active");
            counts(status, succeeded, failed, 0);
            if (type.equals("Complete")) {
                status.put("completionTime", Json.now());
            }
            Json.condition(status, target, "True", reason, message);
            Json.condition(status, type, "True", reason, message);
        });
    }

    private static void counts(ObjectNode status, long succeeded, long failed, long ready) {
        Json.count(status, "succeeded", succeeded);
        Json.count(status, "failed", failed);
        status.put("ready", ready).put("terminating", 0).putObject("uncountedTerminatedPods");
    }

    private void removeWhenExpired(ObjectNode job) {
        if (!job.at("/spec").has("ttlSecondsAfterFinished")) {
            return;
        }
        Instant finished = Json.stream(job.at("/status/conditions"))
                .map(c -> Instant.parse(c.path("lastTransitionTime").asText()))
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
        Instant due =
                finished.plusSeconds(job.at("/spec/ttlSecondsAfterFinished").asLong());
        if (Instant.now().isBefore(due)) {
            loop.wakeAfter(Duration.between(Instant.now(), due).plusMillis(10));
        } else {
            cluster.delete(Kind.JOB, job);
        }
    }
}
