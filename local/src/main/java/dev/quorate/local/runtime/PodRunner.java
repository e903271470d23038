package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Runs one pod: volumes, init containers one after another, then the containers side by side. Has a thread of its own
/// and one a container; writes the pod's status after each change. Methods may be called from any thread.
final class PodRunner {
    private static final Duration VOLUME_RETRY = Duration.ofMillis(500);

    private final Cluster cluster;
    private final ObjectNode pod;
    private final PodFiles files;
    private final EventRecorder events;
    private final PodStatus status;
    private final Map<String, ContainerRunner> runners = new LinkedHashMap<>();
    private final List<String> initNames;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Runnable whenEnded;

    /// @param pod with address and node in its status
    /// @param whenEnded called once all processes have ended for good
    PodRunner(
            Cluster cluster,
            ObjectNode pod,
            PodFiles files,
            ContainerRunner.Launch launch,
            EventRecorder events,
            Runnable whenEnded) {
        this.cluster = cluster;
        this.pod = pod;
        this.files = files;
        this.events = events;
        this.whenEnded = whenEnded;
        this.status = new PodStatus(pod);
        this.initNames = names("initContainers");
        String address = pod.at("/status/podIP").asText();
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.at("/spec/" + list)) {
                String name = container.path("name").asText();
                ContainerState initial = status.initial(container);
                runners.put(
                        name,
                        new ContainerRunner(container, pod, address, initial, launch, files, events, this::changed));
            }
        }
    }

    private List<String> names(String list) {
        return Json.stream(pod.at("/spec/" + list))
                .map(c -> c.path("name").asText())
                .toList();
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
                status.initialised();
                runAll(names("containers"));
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
                events.warning(Kind.POD, pod, "FailedMount", problem);
                before = problem;
            }
            stopping.await(VOLUME_RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
        return false;
    }

    private String restartPolicy() {
        return pod.at("/spec/restartPolicy").asText("Always");
    }

    private boolean initialise() throws InterruptedException {
        // An init container that succeeded is done, whatever the pod's policy.
        String policy = restartPolicy().equals("Never") ? "Never" : "OnFailure";
        for (String name : initNames) {
            if (stopping.getCount() == 0 || !runner(name).run(policy)) {
                if (restartPolicy().equals("Never")) {
                    status.finished(false);
                    write();
                }
                return false;
            }
        }
        return stopping.getCount() > 0;
    }

    private void runAll(List<String> names) throws InterruptedException {
        AtomicBoolean allSucceeded = new AtomicBoolean(true);
        List<Thread> threads = new ArrayList<>();
        for (String name : names) {
            threads.add(Thread.startVirtualThread(() -> {
                try {
                    if (!runner(name).run(restartPolicy())) {
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
            status.finished(allSucceeded.get());
            write();
        }
    }

    private ContainerRunner runner(String name) {
        return java.util.Objects.requireNonNull(runners.get(name));
    }

    private void changed(ContainerState state) {
        status.changed(state, initNames.contains(state.name()));
        write();
    }

    private void write() {
        cluster.updateStatus(Kind.POD, pod, p -> status.writeTo(p.withObject("/status")));
    }

    void refreshVolumes() throws IOException {
        files.refresh();
    }

    /// Asks all containers to end, and kills what is left at the deadline. Returns at once.
    void stop(Instant deadline) {
        stopping.countDown();
        runners.values().forEach(r -> Thread.startVirtualThread(() -> r.stop(deadline)));
    }

    /// Kills all processes now.
    void kill() {
        stopping.countDown();
        runners.values().forEach(ContainerRunner::kill);
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
        return Optional.ofNullable(runners.get(container)).map(ContainerRunner::log);
    }
}
