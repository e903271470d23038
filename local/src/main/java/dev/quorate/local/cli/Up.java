package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.LocalCluster;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Folders;
import dev.quorate.local.store.Json;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// `./quorate up`: the local cluster with the operator in it, as users deploy it.
record Up(StateFolder state) {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long PATIENCE_SECONDS = 300;

    /// The JVM that this runs in.
    private static final String JAVA = System.getProperty("java.home") + "/bin/java";

    /// Runs until it is told to stop.
    ///
    /// @return the exit code
    int here(List<ObjectNode> objects) throws Exception {
        Path server = StateFolder.checkout().resolve("ensemble-server/bin/quorate-server");
        CountDownLatch stopped = new CountDownLatch(1);
        try (FileLock lock = state.take();
                LocalCluster local = LocalCluster.start(state.path(), Map.of("quorate/ensemble-server", server))) {
            System.out.println("the embedded mode runs in " + state.path());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                local.close();
                stopped.countDown();
            }));
            int outcome = bring(local.api().cluster(), new Ensembles(local.api().store()), objects);
            System.out.flush();
            Folders.write(state.outcome(), String.valueOf(outcome));
            stopped.await();
            return outcome;
        }
    }

    private int bring(Cluster cluster, Ensembles ensembles, List<ObjectNode> objects) throws Exception {
        Path definitions = StateFolder.checkout().resolve("deploy/crds");
        Manifests.read(Folders.files(definitions, ".quorate.dev.yaml")).forEach(cluster::apply);
        startOperator(cluster);
        List<String> awaited = new ArrayList<>();
        for (ObjectNode object : objects) {
            String kind = object.path("kind").asText();
            String key = Json.key(cluster.apply(object));
            System.out.println("applied " + kind + " " + key);
            awaited.addAll(kind.equals("Ensemble") ? List.of(key) : List.of());
        }
        boolean ready = awaitReady(ensembles, awaited);
        for (ObjectNode ensemble : ensembles.list()) {
            System.out.println("connect string of " + Json.key(ensemble) + ": " + ensembles.connectString(ensemble));
        }
        System.out.println("\n    export KUBECONFIG=" + state.path().resolve("kubeconfig") + "\n");
        System.out.println("next: kubectl get ensembles, ./quorate status, ./quorate logs POD, ./quorate down");
        return ready ? 0 : Failure.NOT_READY;
    }

    /// A pod like any other: it is started again when it ends, and `logs` shows what it says.
    private void startOperator(Cluster cluster) {
        Path jar = StateFolder.checkout().resolve("operator/target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new Failure(Failure.FAILED, "the operator is not built: " + jar + " is missing");
        }
        ObjectNode pod = Json.of(Folders.resource(Up.class, "operator-pod.yaml"), JAVA, jar, state.path());
        cluster.get("Pod", Json.namespace(pod), Json.name(pod)).ifPresent(cluster::deleteNow);
        cluster.create("Pod", pod);
    }

    private static boolean awaitReady(Ensembles ensembles, List<String> awaited) throws InterruptedException {
        Map<String, String> shown = new HashMap<>();
        long start = System.nanoTime();
        while (!awaited.isEmpty()) {
            long elapsed = (System.nanoTime() - start) / 1_000_000_000;
            for (ObjectNode ensemble : ensembles.list()) {
                String key = Json.key(ensemble);
                String progress = ensembles.progress(ensemble);
                if (awaited.contains(key) && !progress.equals(shown.put(key, progress))) {
                    System.out.println("  " + elapsed + " s  " + key + ": " + progress);
                }
            }
            awaited.removeIf(key -> Ensembles.READY.equals(shown.get(key)));
            if (elapsed > PATIENCE_SECONDS) {
                System.err.println("quorate: not Ready after " + elapsed + " s: " + String.join(", ", awaited)
                        + " (it goes on running; ./quorate status, kubectl describe)");
                return false;
            }
            Thread.sleep(POLL);
        }
        return true;
    }

    /// Starts `up` in the background, shows what it says until it is done with starting, and leaves it.
    ///
    /// @return its exit code: of the start if it goes on running
    int detached(List<Path> files) throws IOException, InterruptedException {
        Path log = Folders.create(state.path()).resolve("up.log");
        Folders.delete(state.outcome());
        // Deaf to the terminal's signals, which are for us.
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"));
        command.addAll(List.of(
                StateFolder.checkout() + "/quorate",
                "up",
                "--state-dir",
                state.path().toString()));
        command.addAll(files.isEmpty() ? List.of("--no-apply") : List.of());
        files.forEach(f -> command.add("-f=" + f.toAbsolutePath()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(new File("/dev/null"));
        builder.environment().put("QUORATE_BUILD", "no");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try (InputStream said = Files.newInputStream(log)) {
            boolean done = false;
            while (!done) {
                done = !process.isAlive() || Files.exists(state.outcome());
                said.transferTo(System.out);
                Thread.sleep(POLL);
            }
        }
        return Files.exists(state.outcome()) ? Integer.parseInt(Files.readString(state.outcome())) : process.waitFor();
    }
}
