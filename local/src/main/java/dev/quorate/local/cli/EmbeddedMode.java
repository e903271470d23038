package dev.quorate.local.cli;

import dev.quorate.local.LocalCluster;
import dev.quorate.local.runtime.ImageMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The local cluster with the operator in it, as users deploy it: it knows nothing of where it runs but its kubeconfig.
final class EmbeddedMode {
    private EmbeddedMode() {}

    static LocalCluster start(StateFolder state) throws IOException {
        Path checkout = StateFolder.checkout();
        Path jar = checkout.resolve("operator/target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new Failure(Failure.FAILED, "the operator is not built: " + jar + " is missing");
        }
        Path server = checkout.resolve("ensemble-server/bin/quorate-server");
        LocalCluster cluster =
                LocalCluster.start(state.path(), new ImageMap(Map.of("quorate/ensemble-server", server)));
        startOperator(cluster, state, jar);
        return cluster;
    }

    private static void startOperator(LocalCluster cluster, StateFolder state, Path jar) throws IOException {
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.remove("JAVA_TOOL_OPTIONS");
        environment.put("KUBECONFIG", state.kubeconfig().toString());
        environment.put("KUBERNETES_NAMESPACE", "default");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-Djdk.net.hosts.file=" + cluster.runtime().hostsFile("default"),
                "-Dsun.net.inetaddr.ttl=1",
                "-Dsun.net.inetaddr.negative.ttl=0",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=0",
                "-jar",
                jar.toString());
        cluster.part(OperatorProcess.start(cluster.ledger(), command, environment, state.path()));
    }
}
