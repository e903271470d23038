package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.function.Consumer;

/// The probes of one run of a container: the startup probe first, then readiness and liveness, each at its period. Ends
/// when its thread is interrupted or the process has ended.
final class ContainerProbes implements Runnable {
    /// Told after each probe that changes something.
    interface Listener {
        void probed(boolean ready, boolean started);
    }

    private final JsonNode container;
    private final ObjectNode pod;
    private final String address;
    private final Process process;
    private final EventRecorder events;
    private final Listener listener;
    private final Consumer<String> kill;

    /// @param kill ends the process; told the kind of probe that failed
    ContainerProbes(
            JsonNode container,
            ObjectNode pod,
            String address,
            Process process,
            EventRecorder events,
            Listener listener,
            Consumer<String> kill) {
        this.container = container;
        this.pod = pod;
        this.address = address;
        this.process = process;
        this.events = events;
        this.listener = listener;
        this.kill = kill;
    }

    @Override
    public void run() {
        try {
            if (container.has("startupProbe") && !succeedsInTime("startup", "startupProbe")) {
                return;
            }
            boolean withoutProbe = !container.has("readinessProbe");
            listener.probed(withoutProbe, true);
            Thread liveness = Thread.startVirtualThread(this::watchLiveness);
            try {
                if (!withoutProbe) {
                    watchReadiness();
                }
                liveness.join();
            } finally {
                liveness.interrupt();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean succeedsInTime(String kind, String field) throws InterruptedException {
        Probe probe = Probe.of(container.path(field), pod, address);
        Thread.sleep(probe.initialDelay());
        int failures = 0;
        while (process.isAlive()) {
            String failure = probe.ask();
            if (failure.isEmpty()) {
                return true;
            }
            if (++failures >= probe.failureThreshold()) {
                unhealthy("Startup", failure);
                kill.accept(kind);
                return false;
            }
            Thread.sleep(probe.period());
        }
        return false;
    }

    private void watchReadiness() throws InterruptedException {
        Probe probe = Probe.of(container.path("readinessProbe"), pod, address);
        Thread.sleep(probe.initialDelay());
        boolean ready = false;
        int successes = 0;
        int failures = 0;
        while (process.isAlive()) {
            String failure = probe.ask();
            successes = failure.isEmpty() ? successes + 1 : 0;
            failures = failure.isEmpty() ? 0 : failures + 1;
            if (!ready && successes >= probe.successThreshold()) {
                ready = true;
                listener.probed(true, true);
            } else if (ready && failures >= probe.failureThreshold()) {
                ready = false;
                unhealthy("Readiness", failure);
                listener.probed(false, true);
            }
            Thread.sleep(probe.period());
        }
    }

    private void watchLiveness() {
        if (!container.has("livenessProbe")) {
            return;
        }
        Probe probe = Probe.of(container.path("livenessProbe"), pod, address);
        try {
            Thread.sleep(probe.initialDelay());
            int failures = 0;
            while (process.isAlive()) {
                Duration pause = probe.period();
                String failure = probe.ask();
                failures = failure.isEmpty() ? 0 : failures + 1;
                if (failures >= probe.failureThreshold()) {
                    unhealthy("Liveness", failure);
                    kill.accept("liveness");
                    return;
                }
                Thread.sleep(pause);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void unhealthy(String kind, String failure) {
        events.warning(Kind.POD, pod, "Unhealthy", kind + " probe failed: " + failure);
    }
}
