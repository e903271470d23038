package dev.quorate.local.cli;

import dev.quorate.local.api.ApiServer;
import dev.quorate.local.runtime.AddressBlock;
import dev.quorate.local.runtime.ImageMap;
import dev.quorate.local.runtime.LocalRuntime;
import dev.quorate.local.runtime.ProcessLedger;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// All parts of a running embedded mode, started in order and ended in the opposite one. One thread starts, one closes.
final class EmbeddedMode implements AutoCloseable {
    private static final int API_PORT = 6443;
    private static final Duration OPERATOR_GRACE = Duration.ofSeconds(10);

    private final StateFolder state;
    private final List<AutoCloseable> parts = Collections.synchronizedList(new ArrayList<>());
    private boolean closed;

    EmbeddedMode(StateFolder state) {
        this.state = state;
    }

    void start() throws IOException {
        AddressBlock block = part(AddressBlock.take(state.path().resolve("addresses.block")));
        ProcessLedger ledger = part(ProcessLedger.open(state.processes()));
        ApiServer api = part(ApiServer.start(state.path(), block.address(1), API_PORT, state.kubeconfig()));
        Path server = StateFolder.checkout().resolve("ensemble-server/bin/quorate-server");
        LocalRuntime runtime = part(LocalRuntime.start(
                api.cluster(), state.path(), block, ledger, new ImageMap(Map.of("quorate/ensemble-server", server))));
        api.logsFrom(runtime);
        startOperator(ledger, runtime.hostsFile("default"));
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.add(part);
        return part;
    }

    /// The operator as users deploy it; it knows nothing of where it runs but its kubeconfig.
    private void startOperator(ProcessLedger ledger, Path hosts) throws IOException {
        Path jar = StateFolder.checkout().resolve("operator/target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new Failure(Failure.FAILED, "the operator is not built: " + jar + " is missing");
        }
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.remove("JAVA_TOOL_OPTIONS");
        environment.put("KUBECONFIG", state.kubeconfig().toString());
        environment.put("KUBERNETES_NAMESPACE", "default");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-Djdk.net.hosts.file=" + hosts,
                "-Dsun.net.inetaddr.ttl=1",
                "-Dsun.net.inetaddr.negative.ttl=0",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=0",
                "-jar",
                jar.toString());
        Process operator = ledger.start(command, environment, state.path());
        Thread.startVirtualThread(
                () -> copy(operator.getInputStream(), state.path().resolve("operator.log")));
        part(() -> end(operator));
    }

    private static void copy(InputStream from, Path to) {
        try (InputStream output = from) {
            Files.copy(output, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            System.err.println("quorate: " + to + ": " + e.getMessage());
        }
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(OPERATOR_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (AutoCloseable part : new ArrayList<>(parts).reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                System.err.println("quorate: while stopping: " + e.getMessage());
            }
        }
    }
}
