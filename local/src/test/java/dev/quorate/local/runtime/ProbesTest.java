package dev.quorate.local.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProbesTest {
    @TempDir
    private Path state;

    private final InMemoryCluster cluster = new InMemoryCluster();
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private ObjectNode pod() {
        return cluster.get(Kind.POD, "default", "p").orElseThrow();
    }

    @Test
    void startupThenReadinessThenLivenessDecide() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(
                    answers.getOrDefault(exchange.getRequestURI().getPath(), 503), -1);
            exchange.close();
        });
        server.start();
        try (AddressBlock block = AddressBlock.take(state.resolve("block"));
                ProcessLedger ledger = ProcessLedger.open(state.resolve("processes"));
                LocalRuntime runtime = LocalRuntime.start(cluster, state, block, ledger, new ImageMap(Map.of()))) {
            answers.put("/live", 200);
            create(server.getAddress().getPort());
            await(() -> pod().at("/status/phase").asText().equals("Running"), "running");
            assertThat(pod().at("/status/containerStatuses/0/started").asBoolean())
                    .isFalse();
            answers.put("/started", 200);
            await(() -> pod().at("/status/containerStatuses/0/started").asBoolean(), "started");
            assertThat(Json.podReady(pod())).isFalse();
            answers.put("/ready", 200);
            await(() -> Json.podReady(pod()), "ready");
            answers.put("/ready", 503);
            await(() -> !Json.podReady(pod()), "not ready");
            answers.put("/live", 500);
            await(() -> pod().at("/status/containerStatuses/0/restartCount").asInt() == 1, "restarted");
            assertThat(runtime.hostsFile("default")).exists();
        } finally {
            server.stop(0);
        }
    }

    private void create(int port) throws Exception {
        String probe =
                "{httpGet: {host: 127.0.0.1, port: " + port + ", path: %s}, periodSeconds: 1, failureThreshold: %d}";
        cluster.create(Kind.POD, (ObjectNode) new YAMLMapper().readTree("""
                metadata: {name: p, namespace: default}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: main
                    image: any
                    command: [sleep, '600']
                    startupProbe: %s
                    readinessProbe: %s
                    livenessProbe: %s
                """.formatted(
                        probe.formatted("/started", 30), probe.formatted("/ready", 1), probe.formatted("/live", 1))));
    }
}
