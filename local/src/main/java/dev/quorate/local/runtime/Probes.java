package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;

/// The HTTP probes of one run of a container: the startup probe first, then readiness and liveness, each at its period.
/// Ends when its thread is interrupted or the process has ended.
///
/// @param runner is told what they find
record Probes(PodRunner runner, JsonNode container, JsonNode pod, Process process) implements Runnable {
    @Override
    public void run() {
        Thread liveness = Thread.ofVirtual().unstarted(() -> watchUntilFailed("livenessProbe"));
        try {
            if (begins("startupProbe") && !watch("startupProbe", true)) {
                return;
            }
            boolean ready = !container.has("readinessProbe");
            runner.probed(container, ready);
            liveness.start();
            begins("readinessProbe");
            while (container.has("readinessProbe") && watch("readinessProbe", !ready)) {
                ready = !ready;
                runner.probed(container, ready);
            }
            liveness.join();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } finally {
            liveness.interrupt();
        }
    }

    private void watchUntilFailed(String probe) {
        try {
            if (begins(probe)) {
                watch(probe, false);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether there is such a probe; waits for its first time.
    private boolean begins(String probe) throws InterruptedException {
        Thread.sleep(Duration.ofSeconds(
                container.path(probe).path("initialDelaySeconds").asLong()));
        return container.has(probe);
    }

    /// Asks until the answer is the wanted one, as often in a row as the threshold says. The startup probe may fail
    /// only
    /// as often as its own.
    ///
    /// @return false if the process has ended first, or has to
    private boolean watch(String name, boolean wanted) throws InterruptedException {
        JsonNode probe = container.path(name);
        int needed = wanted
                ? probe.path("successThreshold").asInt(1)
                : probe.path("failureThreshold").asInt(3);
        int same = 0;
        int failures = 0;
        while (process.isAlive()) {
            String failure = ask(probe);
            same = failure.isEmpty() == wanted ? same + 1 : 0;
            failures = failure.isEmpty() ? 0 : failures + 1;
            boolean tooMany = failures >= probe.path("failureThreshold").asInt(3);
            if (tooMany && (!wanted || name.equals("startupProbe"))) {
                runner.unhealthy(name, failure);
                return name.equals("readinessProbe");
            }
            if (same >= needed) {
                return true;
            }
            Thread.sleep(Duration.ofSeconds(probe.path("periodSeconds").asLong(10)));
        }
        return false;
    }

    /// Asks once. Empty is success, else what is wrong.
    private String ask(JsonNode probe) {
        JsonNode get = probe.path("httpGet");
        String host = get.path("host").asText(Json.text(pod, "/status/podIP"));
        int port = Json.stream(container.path("ports"))
                .filter(p -> p.path("name").equals(get.path("port")))
                .mapToInt(p -> p.path("containerPort").asInt())
                .findFirst()
                .orElse(get.path("port").asInt());
        Duration timeout = Duration.ofSeconds(probe.path("timeoutSeconds").asLong(1));
        try {
            URI uri =
                    URI.create("http://" + host + ":" + port + get.path("path").asText("/"));
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout((int) timeout.toMillis());
            connection.setReadTimeout((int) timeout.toMillis());
            connection.setInstanceFollowRedirects(false);
            connection.setRequestProperty("Connection", "close");
            int code = connection.getResponseCode();
            connection.disconnect();
            return code >= 200 && code < 400 ? "" : "HTTP probe failed with statuscode: " + code;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
