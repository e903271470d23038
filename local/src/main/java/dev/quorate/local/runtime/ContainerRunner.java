package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Runs one container of a pod as a process, again and again as the restart policy says. [#run] belongs to the
/// container's own thread; all else may be called from any.
final class ContainerRunner implements ContainerProbes.Listener {
    private static final Duration BACK_OFF = Duration.ofSeconds(10);
    private static final Duration BACK_OFF_MAX = Duration.ofMinutes(5);
    private static final Duration BACK_OFF_RESET = Duration.ofMinutes(10);
    private static final Duration CONFIGURATION_RETRY = Duration.ofSeconds(1);
    private static final int MESSAGE_MAX = 4096;

    private final Cluster cluster;
    private final JsonNode container;
    private final ObjectNode pod;
    private final PodLaunch launch;
    private final ContainerLog log;
    private final Path termination;
    private final Runnable listener;
    private final CountDownLatch stopped = new CountDownLatch(1);
    /// An element of the pod's containerStatuses.
    private final ObjectNode status;

    private @Nullable Process process;
    private boolean killed;

    /// @param before the container's status of a run before the embedded mode was stopped, or missing
    /// @param listener called after each change of the status
    ContainerRunner(
            Cluster cluster,
            JsonNode container,
            ObjectNode pod,
            JsonNode before,
            PodLaunch launch,
            PodFiles files,
            Runnable listener) {
        this.cluster = cluster;
        this.container = container;
        this.pod = pod;
        this.launch = launch;
        this.log = new ContainerLog(files.log(name()));
        this.termination = files.termination(name());
        this.listener = listener;
        boolean ran = !before.path("containerID").asText().isEmpty();
        boolean init = !pod.at("/spec/initContainers").isEmpty();
        this.status = Json.of(
                "{name: %s, state: {waiting: {reason: %s}}, lastState: {}, ready: false, started: false, restartCount: %s,"
                        + " imageID: '', containerID: ''}",
                name(),
                init ? "PodInitializing" : "ContainerCreating",
                ran ? before.path("restartCount").asInt() + 1 : 0);
        status.set("image", container.path("image"));
    }

    String name() {
        return container.path("name").asText();
    }

    ContainerLog log() {
        return log;
    }

    synchronized ObjectNode status() {
        return status.deepCopy();
    }

    /// @param restartPolicy of the pod: Always, OnFailure or Never
    /// @return whether the last run succeeded
    boolean run(String restartPolicy) throws InterruptedException {
        int crashes = 0;
        while (true) {
            long began = System.nanoTime();
            int exitCode = runOnce();
            boolean again = restartPolicy.equals("Always") || (restartPolicy.equals("OnFailure") && exitCode != 0);
            if (stopped.getCount() == 0 || !again) {
                return exitCode == 0;
            }
            crashes = System.nanoTime() - began > BACK_OFF_RESET.toNanos() ? 0 : crashes;
            if (crashes > 0 && backOff(crashes)) {
                return false;
            }
            crashes++;
            status.put("restartCount", status.path("restartCount").asInt() + 1);
        }
    }

    private boolean backOff(int crashes) throws InterruptedException {
        Duration delay = BACK_OFF.multipliedBy(1L << Math.min(crashes - 1, 10));
        delay = delay.compareTo(BACK_OFF_MAX) > 0 ? BACK_OFF_MAX : delay;
        String length = delay.toString().substring(2).toLowerCase(Locale.ROOT);
        waiting(
                "CrashLoopBackOff",
                "back-off %s restarting failed container=%s pod=%s_%s(%s)"
                        .formatted(length, name(), Json.name(pod), Json.namespace(pod), Json.uid(pod)),
                "BackOff");
        return stopped.await(delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private int runOnce() throws InterruptedException {
        Process running = start();
        if (running == null) {
            return -1;
        }
        String startedAt = Json.now();
        String id = "process://" + running.pid();
        status.put("containerID", id);
        publish(Json.of("{running: {startedAt: '%s'}}", startedAt));
        event("Normal", "Started", "Started container " + name());
        Thread pump = Thread.startVirtualThread(() -> log.pump(running.getInputStream()));
        Thread probes = Thread.startVirtualThread(new ContainerProbes(container, pod, running, this));
        int exitCode = running.waitFor();
        probes.interrupt();
        probes.join();
        // A grandchild may hold the pipe open; its output is not worth waiting for.
        pump.join(Duration.ofSeconds(1));
        ObjectNode ended = Json.of(
                "{terminated: {exitCode: %s, reason: %s, startedAt: '%s', finishedAt: '%s', containerID: '%s'}}",
                exitCode, exitCode == 0 ? "Completed" : "Error", startedAt, Json.now(), id);
        String message = message(exitCode);
        Json.putOrRemove(ended.withObject("/terminated"), "message", message, message.isEmpty());
        publish(ended);
        return exitCode;
    }

    private void event(String type, String reason, String message) {
        cluster.event(pod, "kubelet", type, reason, message);
    }

    /// Tries until what the container refers to is there; null once stopped.
    private @Nullable Process start() throws InterruptedException {
        while (stopped.getCount() > 0) {
            try {
                Files.createDirectories(termination.getParent());
                Files.write(termination, new byte[0]);
                log.begin();
                Process started = launch.start(container);
                synchronized (this) {
                    process = started;
                    if (killed) {
                        started.destroyForcibly();
                    } else if (stopped.getCount() == 0) {
                        started.destroy();
                    }
                }
                return started;
            } catch (MissingReference e) {
                waiting("CreateContainerConfigError", String.valueOf(e.getMessage()), "Failed");
            } catch (IOException e) {
                waiting("RunContainerError", String.valueOf(e.getMessage()), "Failed");
            }
            stopped.await(CONFIGURATION_RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
        return null;
    }

    private void waiting(String reason, String message, String event) {
        ObjectNode waiting = Json.object();
        waiting.putObject("waiting").put("reason", reason).put("message", message);
        if (!waiting.equals(status().path("state"))) {
            publish(waiting);
            event("Warning", event, message);
        }
    }

    private String message(int exitCode) {
        try {
            byte[] bytes = Files.readAllBytes(termination);
            if (bytes.length > 0) {
                return new String(bytes, 0, Math.min(bytes.length, MESSAGE_MAX), StandardCharsets.UTF_8);
            }
            boolean fromLog =
                    container.path("terminationMessagePolicy").asText().equals("FallbackToLogsOnError");
            return fromLog && exitCode != 0 ? log.tail(80, 2048) : "";
        } catch (IOException e) {
            return "";
        }
    }

    private void publish(ObjectNode state) {
        synchronized (this) {
            if (status.at("/state").has("terminated")) {
                status.set("lastState", status.path("state"));
            }
            status.put("ready", false).put("started", false).set("state", state);
        }
        listener.run();
    }

    @Override
    public void probed(boolean ready) {
        synchronized (this) {
            if (!status.path("state").has("running")) {
                return;
            }
            status.put("ready", ready).put("started", true);
        }
        listener.run();
    }

    @Override
    public void failed(String probe, String why) {
        String name = probe.substring(0, 1).toUpperCase(Locale.ROOT) + probe.substring(1);
        event("Warning", "Unhealthy", name + " probe failed: " + why);
        if (!probe.equals("readiness")) {
            event("Normal", "Killing", "Container " + name() + " failed " + probe + " probe, will be restarted");
            terminate(Instant.now()
                    .plusSeconds(pod.at("/spec/terminationGracePeriodSeconds").asLong()));
        }
    }

    /// No further run. The process is asked to end, and killed at the deadline; returns when it has ended.
    void stop(Instant deadline) {
        stopped.countDown();
        terminate(deadline);
    }

    /// No further run; kills the process at once.
    void kill() {
        stopped.countDown();
        synchronized (this) {
            killed = true;
            if (process != null) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    private void terminate(Instant deadline) {
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
            long left = Math.max(0, Duration.between(Instant.now(), deadline).toMillis());
            if (!target.waitFor(left, TimeUnit.MILLISECONDS)) {
                target.destroyForcibly();
            }
        } catch (InterruptedException e) {
            target.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        family.forEach(ProcessHandle::destroyForcibly);
    }
}
