package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs one pod: volumes, init containers one after another, then its container, each again and again as the restart
/// policy says. One virtual thread does that and waits for the processes; it writes the pod's status after each change.
/// Methods may be called from any thread.
final class PodRunner {
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final long BACK_OFF_SECONDS = 10;
    private static final long BACK_OFF_MAX_SECONDS = 5 * 60;
    private static final Duration BACK_OFF_RESET = Duration.ofMinutes(10);

    private final Cluster cluster;
    private final ObjectNode pod;
    private final PodWorld world;
    private final Runnable whenEnded;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    /// By container, as in the pod's status.
    private final Map<String, ObjectNode> statuses = new LinkedHashMap<>();
    private @Nullable Process process;
    private volatile Instant deadline = Instant.MAX;
    /// Succeeded or Failed, once it is.
    private volatile String outcome = "";

    /// @param whenEnded called once all processes have ended for good
    PodRunner(PodWorld world, Runnable whenEnded) {
        this.cluster = world.cluster();
        this.pod = world.pod();
        this.world = world;
        this.whenEnded = whenEnded;
        for (String list : List.of("/spec/initContainers", "/spec/containers")) {
            pod.at(list)
                    .forEach(c -> statuses.put(c.path("name").asText(), Json.of("""
                    {name: %s, image: %s, imageID: '', containerID: '', state: {waiting: {reason: ContainerCreating}},
                    lastState: {}, ready: false, started: false, restartCount: 0}
                    """, c.path("name"), c.path("image"))));
        }
    }

    /// As it was when it was started.
    ObjectNode pod() {
        return pod;
    }

    PodWorld world() {
        return world;
    }

    void start() {
        Thread.ofVirtual().name("pod " + Json.name(pod)).start(this::run);
    }

    private void run() {
        try {
            cluster.updateStatus(pod, this::describe);
            String policy = Json.text(pod, "/spec/restartPolicy");
            boolean going = true;
            for (JsonNode container : pod.at("/spec/initContainers")) {
                // An init container that has succeeded is not repeated, whatever the pod's policy.
                going = going && repeat(container, policy.equals("Never") ? "Never" : "OnFailure");
            }
            going = going && repeat(pod.at("/spec/containers/0"), policy);
            if (policy.equals("Never") || (policy.equals("OnFailure") && going)) {
                outcome = going ? "Succeeded" : "Failed";
                cluster.updateStatus(pod, this::describe);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
            whenEnded.run();
        }
    }

    /// @return whether the last run succeeded
    private boolean repeat(JsonNode container, String policy) throws InterruptedException {
        for (int crashes = 0; stopping.getCount() > 0; crashes++) {
            long began = System.nanoTime();
            int exitCode = runOnce(container);
            boolean again = policy.equals("Always") || (policy.equals("OnFailure") && exitCode != 0);
            if (stopping.getCount() == 0 || !again) {
                return exitCode == 0;
            }
            crashes = System.nanoTime() - began > BACK_OFF_RESET.toNanos() ? 0 : crashes;
            if (crashes > 0) {
                backOff(container, crashes);
            }
            change(container, s -> s.put("restartCount", s.path("restartCount").asInt() + 1));
        }
        return false;
    }

    private void backOff(JsonNode container, int crashes) throws InterruptedException {
        long seconds = Math.min(BACK_OFF_MAX_SECONDS, BACK_OFF_SECONDS << Math.min(crashes - 1, 10));
        String name = "container=" + container.path("name").asText() + " pod=" + Json.name(pod);
        waiting(container, "CrashLoopBackOff", "back-off " + seconds + "s restarting failed " + name);
        stopping.await(seconds, TimeUnit.SECONDS);
    }

    private int runOnce(JsonNode container) throws InterruptedException {
        Process running = launch(container);
        if (running == null) {
            return -1;
        }
        String startedAt = Json.now();
        String id = "process://" + running.pid();
        enter(container, Json.of("{running: {startedAt: '%s'}}", startedAt));
        change(container, s -> s.put("containerID", id));
        cluster.event(
                pod,
                "Normal",
                "Started",
                "Started container " + container.path("name").asText());
        Thread probes = Thread.startVirtualThread(new Probes(this, container, pod, running));
        int exitCode = running.waitFor();
        probes.interrupt();
        probes.join();
        ObjectNode state = Json.of(
                "{terminated: {exitCode: %s, reason: %s, startedAt: '%s', finishedAt: '%s', containerID: '%s'}}",
                exitCode, exitCode == 0 ? "Completed" : "Error", startedAt, Json.now(), id);
        String message = world.terminationMessage(container, exitCode);
        Json.putOrRemove(state.withObject("/terminated"), "message", message, message.isEmpty());
        enter(container, state);
        return exitCode;
    }

    /// Tries until what the container refers to is there; null once stopped.
    private @Nullable Process launch(JsonNode container) throws InterruptedException {
        while (stopping.getCount() > 0) {
            // What is missing in a volume may come; what is missing in the environment is an error to Kubernetes.
            String reason = "ContainerCreating";
            try {
                world.fillVolumes();
                reason = "CreateContainerConfigError";
                Process started = world.launch(container);
                synchronized (this) {
                    process = started;
                }
                // The pod may have been stopped while there was no process yet.
                if (stopping.getCount() == 0) {
                    terminate(deadline);
                }
                return started;
            } catch (PodWorld.MissingReference e) {
                waiting(container, reason, String.valueOf(e.getMessage()));
            } catch (IOException e) {
                waiting(container, "RunContainerError", String.valueOf(e.getMessage()));
            }
            stopping.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
        return null;
    }

    private void waiting(JsonNode container, String reason, String message) {
        ObjectNode state = Json.object();
        state.putObject("waiting").put("reason", reason).put("message", message);
        if (enter(container, state)) {
            cluster.event(pod, "Warning", reason, message);
        }
    }

    /// @return whether it was in another state
    private boolean enter(JsonNode container, ObjectNode state) {
        return change(container, s -> {
            if (s.at("/state").has("terminated")) {
                s.set("lastState", s.path("state"));
            }
            s.put("ready", false).put("started", false).set("state", state);
        });
    }

    /// Changes what the status says of a container.
    private boolean change(JsonNode container, Consumer<ObjectNode> how) {
        synchronized (this) {
            ObjectNode status =
                    Objects.requireNonNull(statuses.get(container.path("name").asText()));
            ObjectNode before = status.deepCopy();
            how.accept(status);
            if (status.equals(before)) {
                return false;
            }
        }
        cluster.updateStatus(pod, this::describe);
        return true;
    }

    private synchronized void describe(ObjectNode status) {
        ArrayNode init = Json.array();
        statuses.values().forEach(s -> init.add(s.deepCopy()));
        ObjectNode main = (ObjectNode) init.remove(init.size() - 1);
        init.forEach(s ->
                ((ObjectNode) s).put("ready", s.at("/state/terminated/exitCode").asInt(-1) == 0));
        boolean ran = !main.path("containerID").asText().isEmpty();
        boolean ready = main.path("ready").asBoolean();
        status.put("phase", !outcome.isEmpty() ? outcome : ran ? "Running" : "Pending");
        Json.putOrRemove(status, "initContainerStatuses", init, init.isEmpty());
        status.putArray("containerStatuses").add(main);
        String reason = ready ? "" : outcome.isEmpty() ? "ContainersNotReady" : "Pod" + outcome;
        Json.condition(status, "Ready", ready, reason, "");
        Json.condition(status, "PodScheduled", true, "", "");
    }

    /// Brings changed ConfigMaps and Secrets into the volumes. What has vanished stays as it was.
    void refreshVolumes() {
        try {
            world.fillVolumes();
        } catch (PodWorld.MissingReference gone) {
            // The containers go on with what they have.
        }
    }

    /// What the probes say.
    void probed(JsonNode container, boolean ready) {
        change(container, s -> {
            if (s.path("state").has("running")) {
                s.put("ready", ready).put("started", true);
            }
        });
    }

    /// A probe failed too often. But for readiness, that ends the run.
    void unhealthy(String probe, String why) {
        cluster.event(pod, "Warning", "Unhealthy", probe + " failed: " + why);
        if (!probe.equals("readinessProbe")) {
            terminate(Instant.now()
                    .plusSeconds(pod.at("/spec/terminationGracePeriodSeconds").asLong()));
        }
    }

    /// No further run. Asks the process to end, and kills it at the deadline. Returns at once.
    void stop(Instant until) {
        synchronized (this) {
            if (!until.isBefore(deadline)) {
                return;
            }
            deadline = until;
        }
        stopping.countDown();
        Thread.startVirtualThread(() -> terminate(until));
    }

    private void terminate(Instant until) {
        Process target;
        synchronized (this) {
            target = process;
        }
        if (target == null) {
            return;
        }
        List<ProcessHandle> family = target.descendants().toList();
        target.destroy();
        try {
            long left = Math.max(0, Duration.between(Instant.now(), until).toMillis());
            target.waitFor(left, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        target.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    void awaitEnd(Duration atMost) throws InterruptedException {
        ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }
}
