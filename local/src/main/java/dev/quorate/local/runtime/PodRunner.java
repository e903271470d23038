package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/// Runs one pod: volumes, init containers one after another, then the containers side by side. Has a thread of its own
/// and one a container; writes the pod's status after each change. Methods may be called from any thread.
final class PodRunner {
    private static final Duration VOLUME_RETRY = Duration.ofMillis(500);

    private final Cluster cluster;
    private final ObjectNode pod;
    private final PodFiles files;
    private final List<ContainerRunner> init;
    private final List<ContainerRunner> main;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Runnable whenEnded;
    /// Succeeded or Failed, once it is.
    private volatile String outcome = "";

    /// @param pod with address and node in its status
    /// @param whenEnded called once all processes have ended for good
    PodRunner(Cluster cluster, ObjectNode pod, PodFiles files, PodLaunch launch, Runnable whenEnded) {
        this.cluster = cluster;
        this.pod = pod;
        this.files = files;
        this.whenEnded = whenEnded;
        this.init = containers("initContainer", launch);
        this.main = containers("container", launch);
    }

    private List<ContainerRunner> containers(String field, PodLaunch launch) {
        List<ContainerRunner> runners = new ArrayList<>();
        for (JsonNode container : pod.path("spec").path(field + "s")) {
            JsonNode before = Json.named(
                    pod.path("status").path(field + "Statuses"),
                    "name",
                    container.path("name").asText());
            runners.add(new ContainerRunner(cluster, container, pod, before, launch, files, this::write));
        }
        return runners;
    }

    String uid() {
        return Json.uid(pod);
    }

    void start() {
        Thread.ofVirtual().name("pod " + Json.key(pod)).start(this::run);
    }

    private void run() {
        try {
            write();
            if (prepare() && initialise()) {
                runAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
            whenEnded.run();
        }
    }

    /// Tries until all that the volumes refer to is there; false if the pod is to stop first.
    private boolean prepare() throws InterruptedException {
        String before = "";
        while (stopping.getCount() > 0) {
            String problem;
            try {
                files.create();
                return true;
            } catch (MissingReference | IOException e) {
                problem = "MountVolume.SetUp failed: " + e.getMessage();
            }
            if (!problem.equals(before)) {
                cluster.event(pod, "kubelet", "Warning", "FailedMount", problem);
                before = problem;
            }
            stopping.await(VOLUME_RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
        return false;
    }

    private String restartPolicy() {
        return Json.text(pod, "/spec/restartPolicy");
    }

    private boolean initialise() throws InterruptedException {
        // An init container that succeeded is done, whatever the pod's policy.
        String policy = restartPolicy().equals("Never") ? "Never" : "OnFailure";
        for (ContainerRunner container : init) {
            if (stopping.getCount() == 0 || !container.run(policy)) {
                if (policy.equals("Never")) {
                    finished(false);
                }
                return false;
            }
        }
        return stopping.getCount() > 0;
    }

    private void runAll() throws InterruptedException {
        AtomicBoolean allSucceeded = new AtomicBoolean(true);
        List<Thread> threads = new ArrayList<>();
        for (ContainerRunner container : main) {
            threads.add(Thread.startVirtualThread(() -> {
                try {
                    if (!container.run(restartPolicy())) {
                        allSucceeded.set(false);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!restartPolicy().equals("Always")) {
            finished(allSucceeded.get());
        }
    }

    private void finished(boolean success) {
        outcome = success ? "Succeeded" : "Failed";
        write();
    }

    private void write() {
        cluster.updateStatus(pod, this::describe);
    }

    private void describe(ObjectNode status) {
        boolean running = main.stream()
                .anyMatch(c -> !c.status().path("containerID").asText().isEmpty());
        status.put("phase", !outcome.isEmpty() ? outcome : running ? "Running" : "Pending");
        ArrayNode initStatuses = status.putArray("initContainerStatuses");
        init.forEach(c -> initStatuses.add(c.status().put("ready", succeeded(c))));
        Json.putOrRemove(status, "initContainerStatuses", initStatuses, init.isEmpty());
        ArrayNode statuses = status.putArray("containerStatuses");
        main.forEach(c -> statuses.add(c.status()));
        List<String> uninitialised = init.stream()
                .filter(c -> !succeeded(c))
                .map(ContainerRunner::name)
                .toList();
        List<String> unready = Json.stream(statuses)
                .filter(c -> !c.path("ready").asBoolean())
                .map(c -> c.path("name").asText())
                .toList();
        condition(status, "Initialized", uninitialised, "ContainersNotInitialized", "incomplete");
        String reason =
                switch (outcome) {
                    case "Succeeded" -> "PodCompleted";
                    case "Failed" -> "PodFailed";
                    case String other -> "ContainersNotReady";
                };
        condition(status, "Ready", unready, reason, "unready");
        condition(status, "ContainersReady", unready, reason, "unready");
        Json.condition(status, "PodScheduled", true, "", "");
    }

    private static void condition(ObjectNode status, String type, List<String> missing, String reason, String what) {
        boolean all = missing.isEmpty();
        String message = "containers with " + what + " status: " + missing;
        Json.condition(status, type, all, all ? "" : reason, all || reason.startsWith("Pod") ? "" : message);
    }

    private static boolean succeeded(ContainerRunner container) {
        return container.status().at("/state/terminated/exitCode").asInt(-1) == 0;
    }

    void refreshVolumes() throws IOException {
        files.refresh();
    }

    /// Asks all containers to end, and kills what is left at the deadline. Returns at once.
    void stop(Instant deadline) {
        stopping.countDown();
        all().forEach(r -> Thread.startVirtualThread(() -> r.stop(deadline)));
    }

    /// Kills all processes now.
    void kill() {
        stopping.countDown();
        all().forEach(ContainerRunner::kill);
    }

    private Stream<ContainerRunner> all() {
        return Stream.concat(init.stream(), main.stream());
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    boolean awaitEnd(Duration atMost) throws InterruptedException {
        return ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    void deleteFiles() throws IOException {
        files.delete();
    }

    /// The log of a container; empty if the pod has none of that name.
    Optional<ContainerLog> log(String container) {
        return all().filter(c -> c.name().equals(container)).findFirst().map(ContainerRunner::log);
    }
}
