package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;

/// The probes of one run of a container: the startup probe first, then readiness and liveness, each at its period. Ends
/// when its thread is interrupted or the process has ended.
final class ContainerProbes implements Runnable {
    /// Told when a probe's verdict changes.
    interface Listener {
        void probed(boolean ready);

        /// The probe failed too often.
        void failed(String probe, String why);
    }

    private interface Verdicts {
        /// @param failure empty for success
        /// @return whether to go on
        boolean changed(boolean success, String failure);
    }

    private final JsonNode container;
    private final JsonNode pod;
    private final Process process;
    private final Listener listener;

    ContainerProbes(JsonNode container, JsonNode pod, Process process, Listener listener) {
        this.container = container;
        this.pod = pod;
        this.process = process;
        this.listener = listener;
    }

    @Override
    public void run() {
        try {
            boolean[] started = {!container.has("startupProbe")};
            watch("startupProbe", (success, failure) -> {
                started[0] = success;
                if (!success) {
                    listener.failed("startup", failure);
                }
                return false;
            });
            if (!started[0]) {
                return;
            }
            listener.probed(!container.has("readinessProbe"));
            Thread liveness = Thread.startVirtualThread(this::watchLiveness);
            try {
                watch("readinessProbe", (success, failure) -> {
                    listener.probed(success);
                    if (!success) {
                        listener.failed("readiness", failure);
                    }
                    return true;
                });
                liveness.join();
            } finally {
                liveness.interrupt();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void watchLiveness() {
        try {
            watch("livenessProbe", (success, failure) -> {
                if (!success) {
                    listener.failed("liveness", failure);
                }
                return success;
            });
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(String field, Verdicts verdicts) throws InterruptedException {
        if (!container.has(field)) {
            return;
        }
        Probe probe = Probe.of(container.path(field), pod);
        Thread.sleep(probe.initialDelay());
        String verdict = field.equals("readinessProbe") ? "failure" : "";
        int same = 0;
        boolean last = false;
        while (process.isAlive()) {
            String failure = probe.ask();
            boolean success = failure.isEmpty();
            same = success == last ? same + 1 : 1;
            last = success;
            String next = success ? "success" : "failure";
            if (!next.equals(verdict) && same >= (success ? probe.successThreshold() : probe.failureThreshold())) {
                verdict = next;
                if (!verdicts.changed(success, failure)) {
                    return;
                }
            }
            Thread.sleep(probe.period());
        }
    }
}
