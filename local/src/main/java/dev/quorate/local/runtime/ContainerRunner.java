package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs one container of a pod as a process, again and again as the restart policy says. [#run] belongs to the
/// container's
/// own thread; [#stop] may be called from any.
final class ContainerRunner {
    private static final Duration BACK_OFF = Duration.ofSeconds(10);
    private static final Duration BACK_OFF_MAX = Duration.ofMinutes(5);
    private static final Duration BACK_OFF_RESET = Duration.ofMinutes(10);
    private static final Duration CONFIGURATION_RETRY = Duration.ofSeconds(1);
    private static final int MESSAGE_MAX = 4096;

    /// Makes the command line and the environment, anew for each run.
    interface Launch {
        Process start(JsonNode container) throws IOException, MissingReference;
    }

    private final JsonNode container;
    private final ObjectNode pod;
    private final String address;
    private final Launch launch;
    private final ContainerLog log;
    private final Path termination;
    private final EventRecorder events;
    private final Consumer<ContainerState> listener;
    private final CountDownLatch stopped = new CountDownLatch(1);

    private ContainerState state;
    private @Nullable Process process;
    private boolean killed;

    ContainerRunner(
            JsonNode container,
            ObjectNode pod,
            String address,
            ContainerState initial,
            Launch launch,
            PodFiles files,
            EventRecorder events,
            Consumer<ContainerState> listener) {
        this.container = container;
        this.pod = pod;
        this.address = address;
        this.state = initial;
        this.launch = launch;
        this.log = new ContainerLog(files.log(name()));
        this.termination = files.termination(name());
        this.events = events;
        this.listener = listener;
    }

    String name() {
        return container.path("name").asText();
    }

    ContainerLog log() {
        return log;
    }

    /// @param restartPolicy of the pod: Always, OnFailure or Never
    /// @return whether the last run succeeded
    boolean run(String restartPolicy) throws InterruptedException {
        int crashes = 0;
        int restarts = state.restarts();
        while (true) {
            long began = System.nanoTime();
            int exitCode = runOnce(restarts);
            boolean again = restartPolicy.equals("Always") || (restartPolicy.equals("OnFailure") && exitCode != 0);
            if (stopped.getCount() == 0 || !again) {
                return exitCode == 0;
            }
            crashes = System.nanoTime() - began > BACK_OFF_RESET.toNanos() ? 0 : crashes;
            if (crashes > 0 && backOff(crashes)) {
                return false;
            }
            crashes++;
            restarts++;
        }
    }

    private boolean backOff(int crashes) throws InterruptedException {
        Duration delay = BACK_OFF.multipliedBy(1L << Math.min(crashes - 1, 10));
        delay = delay.compareTo(BACK_OFF_MAX) > 0 ? BACK_OFF_MAX : delay;
        String message = "back-off " + delay.toString().substring(2).toLowerCase(java.util.Locale.ROOT)
                + " restarting failed container=" + name() + " pod=" + Json.name(pod) + "_" + Json.namespace(pod) + "("
                + Json.uid(pod) + ")";
        publish(state.with(new ContainerState.Waiting("CrashLoopBackOff", message)));
        events.warning(Kind.POD, pod, "BackOff", message);
        return stopped.await(delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private int runOnce(int restarts) throws InterruptedException {
        Process running = start();
        if (running == null) {
            return -1;
        }
        String startedAt = Json.now();
        String id = "process://" + running.pid();
        publish(state.running(startedAt, id, restarts));
        events.normal(Kind.POD, pod, "Started", "Started container " + name());
        Thread pump = Thread.startVirtualThread(() -> log.pump(running.getInputStream()));
        Thread probes = Thread.startVirtualThread(() ->
                new ContainerProbes(container, pod, address, running, events, this::probed, this::killForProbe).run());
        int exitCode = running.waitFor();
        probes.interrupt();
        probes.join();
        // A grandchild may hold the pipe open; its output is not worth waiting for.
        pump.join(Duration.ofSeconds(1));
        publish(state.with(new ContainerState.Terminated(exitCode, startedAt, Json.now(), message(exitCode), id)));
        return exitCode;
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
                waiting("CreateContainerConfigError", String.valueOf(e.getMessage()));
            } catch (UnknownImage e) {
                waiting("ErrImageNeverPull", String.valueOf(e.getMessage()));
            } catch (IOException e) {
                waiting("RunContainerError", String.valueOf(e.getMessage()));
            }
            stopped.await(CONFIGURATION_RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
        return null;
    }

    private void waiting(String reason, String message) {
        var waiting = new ContainerState.Waiting(reason, message);
        if (!waiting.equals(state.state())) {
            publish(state.with(waiting));
            events.warning(Kind.POD, pod, "Failed", "Error: " + message);
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

    private synchronized void probed(boolean ready, boolean started) {
        if (state.state() instanceof ContainerState.Running && (state.ready() != ready || state.started() != started)) {
            publish(state.probed(ready, started));
        }
    }

    private synchronized void publish(ContainerState next) {
        state = next;
        listener.accept(next);
    }

    private void killForProbe(String probe) {
        events.normal(
                Kind.POD, pod, "Killing", "Container " + name() + " failed " + probe + " probe, will be restarted");
        Duration grace =
                Duration.ofSeconds(pod.at("/spec/terminationGracePeriodSeconds").asLong(30));
        terminate(Instant.now().plus(grace));
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
        List<ProcessHandle> family = new ArrayList<>(target.descendants().toList());
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

    /// The image has no local command.
    static final class UnknownImage extends IOException {
        private static final long serialVersionUID = 1;

        UnknownImage(String image, Map<String, Path> known) {
            super("image \"" + image + "\" has no local command: the embedded mode runs "
                    + String.join(", ", known.keySet().stream().sorted().toList())
                    + ", and containers with a command of their own");
        }
    }
}
