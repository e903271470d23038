package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Runs one pod: volumes, init containers one after another, then its container, each again and again as the restart
/// policy says. One virtual thread does that and waits for the processes; it writes the pod's status after each change.
/// Methods may be called from any thread.
final class PodRunner {
    private static final long RETRY_MILLIS = 500;
    private static final long BACK_OFF_SECONDS = 10;
    private static final long BACK_OFF_MAX_SECONDS = 5 * 60;
    private static final Duration BACK_OFF_RESET = Duration.ofMinutes(10);

    private final PodWorld world;
    private final Cluster cluster;
    private final ObjectNode pod;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private Optional<Process> process = Optional.empty();
    private Instant deadline = Instant.MAX;
    /// Why no container runs, as last told in an event.
    private String obstacle = "";
    /// Succeeded or Failed, once it is.
    private volatile String outcome = "";

    PodRunner(PodWorld world) {
        this.world = world;
        this.cluster = world.cluster();
        this.pod = world.pod();
    }

    PodWorld world() {
        return world;
    }

    /// Is complete once all processes have ended for good.
    CompletableFuture<Void> ended() {
        return ended;
    }

    void start() {
        Thread.ofVirtual().name("pod " + Json.name(pod)).start(this::run);
    }

    private void run() {
        try {
            String policy = Json.text(pod, "/spec/restartPolicy");
            boolean going = true;
            for (JsonNode container : pod.at("/spec/initContainers")) {
                // An init container that has succeeded is not repeated, whatever the pod's policy.
                going = going && repeat(container, policy.equals("Never") ? "Never" : "OnFailure");
            }
            going = going && repeat(pod.at("/spec/containers/0"), policy);
            if (policy.equals("Never") || (policy.equals("OnFailure") && going)) {
                outcome = going ? "Succeeded" : "Failed";
                change(pod.at("/spec/containers/0"), Json.object());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.complete(null);
        }
    }

    /// The first statuses of the containers.
    static ArrayNode created(JsonNode containers) {
        ArrayNode statuses = Json.array();
        containers.forEach(c -> statuses.add(Json.of("""
                {name: %s, image: %s, imageID: '', containerID: '', state: {waiting: {reason: ContainerCreating}},
                lastState: {}, ready: false, started: false, restartCount: 0}
                """, c.path("name"), c.path("image"))));
        return statuses;
    }

    private boolean stopped() {
        return stopping.getCount() == 0;
    }

    /// @return whether the last run succeeded
    private boolean repeat(JsonNode container, String policy) throws InterruptedException {
        int crashes = 0;
        for (int restarts = 1; !stopped(); restarts++) {
            Instant began = Instant.now();
            ObjectNode last = runOnce(container);
            boolean succeeded = last.at("/terminated/exitCode").asInt(-1) == 0;
            boolean again = policy.equals("Always") || (policy.equals("OnFailure") && !succeeded);
            if (stopped() || !again) {
                return succeeded;
            }
            crashes = began.plus(BACK_OFF_RESET).isBefore(Instant.now()) ? 0 : crashes;
            if (crashes > 0) {
                long seconds = Math.min(BACK_OFF_MAX_SECONDS, BACK_OFF_SECONDS << Math.min(crashes - 1, 10));
                String name = "container=" + Json.text(container, "/name") + " pod=" + Json.name(pod);
                waiting(container, "CrashLoopBackOff", "back-off " + seconds + "s restarting failed " + name);
                stopping.await(seconds, TimeUnit.SECONDS);
            }
            crashes++;
            change(container, Json.object().put("restartCount", restarts).set("lastState", last));
        }
        return false;
    }

    /// @return the state at the end
    private ObjectNode runOnce(JsonNode container) throws InterruptedException {
        Process running = launch(container);
        String startedAt = Json.now();
        String id = "process://" + running.pid();
        change(container, Json.of("{containerID: '%s', state: {running: {startedAt: '%s'}}}", id, startedAt));
        cluster.event(pod, "Normal", "Started", "Started container " + Json.text(container, "/name"));
        int exitCode;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            new Probes(this, container, pod, running, new CountDownLatch(1)).begin(threads);
            exitCode = running.waitFor();
            threads.shutdownNow();
        }
        ObjectNode state = Json.of(
                "{terminated: {exitCode: %s, reason: %s, startedAt: '%s', finishedAt: '%s', containerID: '%s'}}",
                exitCode, exitCode == 0 ? "Completed" : "Error", startedAt, Json.now(), id);
        Json.putUnlessEmpty(state.withObject("/terminated"), "message", world.terminationMessage(container, exitCode));
        change(container, Json.of("{ready: false, started: false}").set("state", state));
        return state;
    }

    /// Tries until what the container refers to is there.
    ///
    /// @throws InterruptedException once stopped, too
    private Process launch(JsonNode container) throws InterruptedException {
        while (!stopped()) {
            String reason = "FailedMount";
            try {
                world.fillVolumes();
                reason = "CreateContainerConfigError";
                return register(world.launch(container));
            } catch (NoSuchElementException missing) {
                waiting(container, reason, String.valueOf(missing.getMessage()));
            } catch (IOException e) {
                waiting(container, "RunContainerError", String.valueOf(e.getMessage()));
            }
            stopping.await(RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
        throw new InterruptedException();
    }

    private synchronized Process register(Process started) {
        process = Optional.of(started);
        // The pod may have been stopped while there was no process yet.
        if (stopped()) {
            terminate(deadline);
        }
        return started;
    }

    private void waiting(JsonNode container, String reason, String message) {
        ObjectNode state = Json.object();
        state.putObject("waiting").put("reason", reason).put("message", message);
        change(container, Json.object().set("state", state));
        if (!obstacle.equals(message)) {
            cluster.event(pod, "Warning", reason, message);
            obstacle = message;
        }
    }

    /// Changes fields of a container's status, and what follows from them for the pod.
    private void change(JsonNode container, ObjectNode fields) {
        String name = Json.text(container, "/name");
        cluster.updateStatus(pod, status -> {
            JsonNode main = status.at("/containerStatuses/0");
            if (Json.text(main, "/name").equals(name)) {
                ((ObjectNode) main).setAll(fields);
            } else if (Json.named(status.path("initContainerStatuses"), "name", name) instanceof ObjectNode init) {
                init.setAll(fields);
                init.put("ready", init.at("/state/terminated/exitCode").asInt(-1) == 0);
            }
            boolean ran = !Json.text(main, "/containerID").isEmpty();
            boolean ready = main.path("ready").asBoolean();
            status.put("phase", !outcome.isEmpty() ? outcome : ran ? "Running" : "Pending");
            String reason = ready ? "" : outcome.isEmpty() ? "ContainersNotReady" : "Pod" + outcome;
            Json.condition(status, "Ready", ready, reason, "");
        });
    }

    /// What the probes say.
    void probed(JsonNode container, boolean ready) {
        change(container, Json.of("{ready: %s, started: true}", ready));
    }

    /// A probe failed too often. But for readiness, that ends the run.
    void unhealthy(JsonNode container, String probe, String why) {
        cluster.event(pod, "Warning", "Unhealthy", probe + " failed: " + why);
        if (probe.equals("readinessProbe")) {
            probed(container, false);
        } else {
            long grace = pod.at("/spec/terminationGracePeriodSeconds").asLong();
            terminate(Instant.now().plusSeconds(grace));
        }
    }

    /// No further run. Asks the process to end, and kills it at the deadline. Returns at once.
    synchronized void stop(Instant until) {
        if (until.isBefore(deadline)) {
            deadline = until;
            stopping.countDown();
            terminate(until);
        }
    }

    private synchronized void terminate(Instant until) {
        process.ifPresent(target -> {
            List<ProcessHandle> family = target.descendants().toList();
            target.destroy();
            long left = Math.max(0, Duration.between(Instant.now(), until).toMillis());
            Thread.startVirtualThread(() -> {
                target.onExit()
                        .completeOnTimeout(target, left, TimeUnit.MILLISECONDS)
                        .join();
                target.destroyForcibly();
                family.forEach(ProcessHandle::destroyForcibly);
            });
        });
    }
}
