package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;

/// The HTTP probes of one run of a container, each at its period: startup first, then readiness and liveness. They end
/// when their threads are interrupted or the process has ended.
///
/// @param runner is told what they find
/// @param started is reached when the startup probe has succeeded
record Probes(PodRunner runner, JsonNode container, JsonNode pod, Process process, CountDownLatch started) {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(Version.HTTP_1_1).build();
    private static final String STARTUP = "startupProbe";
    private static final String READINESS = "readinessProbe";

    void begin(ExecutorService threads) {
        for (String name : List.of(STARTUP, READINESS, "livenessProbe")) {
            var unused = threads.submit(() -> watch(name, container.path(name)));
        }
    }

    /// Says when as many answers in a row as the threshold wants are good, or bad. An absent probe is good.
    ///
    /// @return whether the process goes on without this probe
    private boolean watch(String name, JsonNode probe) throws InterruptedException {
        boolean startup = name.equals(STARTUP);
        if (!startup) {
            started.await();
        }
        Thread.sleep(Duration.ofSeconds(probe.path("initialDelaySeconds").asLong()));
        int good = 0;
        int bad = 0;
        while (process.isAlive() && !(startup && started.getCount() == 0)) {
            String failure = probe.isMissingNode() ? "" : ask(probe);
            good = failure.isEmpty() ? good + 1 : 0;
            bad = failure.isEmpty() ? 0 : bad + 1;
            if (bad == probe.path("failureThreshold").asInt(3)) {
                runner.unhealthy(container, name, failure);
            } else if (good == probe.path("successThreshold").asInt(1) && startup) {
                runner.probed(container, false);
                started.countDown();
            } else if (good == probe.path("successThreshold").asInt(1) && name.equals(READINESS)) {
                runner.probed(container, true);
            }
            Thread.sleep(Duration.ofSeconds(probe.path("periodSeconds").asLong(10)));
        }
        return process.isAlive();
    }

    /// Asks once. Empty is success, else what is wrong.
    private String ask(JsonNode probe) throws InterruptedException {
        JsonNode get = probe.path("httpGet");
        String host = get.path("host").asText(Json.text(pod, "/status/podIP"));
        JsonNode named = Json.named(container.path("ports"), "name", Json.text(get, "/port"));
        String port = named.path("containerPort").asText(Json.text(get, "/port"));
        String url = "http://" + host + ":" + port + get.path("path").asText("/");
        try {
            Duration timeout = Duration.ofSeconds(probe.path("timeoutSeconds").asLong(1));
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(url)).timeout(timeout).build();
            int code = CLIENT.send(request, BodyHandlers.discarding()).statusCode();
            return code >= 200 && code < 400 ? "" : "HTTP probe failed with statuscode: " + code;
        } catch (IOException | IllegalArgumentException e) {
            return e.toString();
        }
    }
}
