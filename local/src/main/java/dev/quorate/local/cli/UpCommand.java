package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.LocalCluster;
import dev.quorate.local.runtime.Folders;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `./quorate up`.
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description =
                "Starts the embedded mode with the operator in it, applies the files and waits until their ensembles"
                        + " are Ready. Stays in the foreground; Ctrl-C ends it.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ended in order; with --detach: all is Ready and goes on running",
            "1:failed",
            "2:wrong usage",
            "4:an ensemble did not become Ready in time (all goes on running)",
            "5:it is running already"
        })
final class UpCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(250);

    @Mixin
    private final StateFolder state = new StateFolder();

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE",
            description = "What to apply (default: deploy/examples/ensemble.yaml).")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--no-apply", description = "Apply nothing; return once API server and operator run.")
    private boolean noApply;

    @Option(names = "--detach", description = "Leave it running in the background.")
    private boolean detach;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "How long to wait for Ready (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    @Option(names = "--background", hidden = true, description = "What --detach starts.")
    private boolean background;

    @Override
    public Integer call() throws Exception {
        if (state.running().isPresent()) {
            throw state.alreadyRunning();
        }
        List<ObjectNode> objects = noApply ? List.of() : objects();
        return detach ? new Detached(state).start(arguments()) : runHere(objects);
    }

    private List<ObjectNode> objects() throws IOException {
        Path example = StateFolder.checkout().resolve("deploy/examples/ensemble.yaml");
        List<ObjectNode> objects = new ArrayList<>();
        for (Path file : files.isEmpty() ? List.of(example) : files) {
            objects.addAll(Manifests.read(file));
        }
        return objects;
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                "up", "--background", "--state-dir", state.path().toString(), "--timeout", timeoutSeconds + ""));
        if (noApply) {
            arguments.add("--no-apply");
        }
        files.forEach(f -> arguments.addAll(List.of("-f", f.toAbsolutePath().toString())));
        return arguments;
    }

    private int runHere(List<ObjectNode> objects) throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        int outcome = Failure.FAILED;
        try (FileLock lock = state.take()) {
            Files.deleteIfExists(state.outcome());
            System.out.println("starting the embedded mode in " + state.path());
            try (LocalCluster cluster = EmbeddedMode.start(state)) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    cluster.close();
                    stopped.countDown();
                }));
                outcome = bring(objects);
                report(outcome);
                stopped.await();
            }
        } catch (Failure e) {
            report(e.exitCode());
            throw e;
        } finally {
            state.released();
        }
        return outcome;
    }

    private void report(int outcome) throws IOException {
        if (background) {
            System.out.flush();
            Folders.write(state.outcome(), String.valueOf(outcome).getBytes(StandardCharsets.UTF_8));
        }
    }

    private int bring(List<ObjectNode> objects) throws IOException, InterruptedException {
        ApiClient api = new ApiClient(state.kubeconfig());
        for (ObjectNode definition : Manifests.read(StateFolder.checkout().resolve("deploy/crds"))) {
            Manifests.apply(api, definition);
        }
        long applied = System.nanoTime();
        List<String> awaited = new ArrayList<>();
        for (ObjectNode object : objects) {
            JsonNode result = Manifests.apply(api, object);
            System.out.println("applied " + object.path("kind").asText() + " " + Json.key(result));
            if (object.path("kind").asText().equals("Ensemble")) {
                awaited.add(Json.key(result));
            }
        }
        boolean ready = awaitReady(new Ensembles(api), awaited, applied);
        next(api);
        return ready ? 0 : Failure.NOT_READY;
    }

    private boolean awaitReady(Ensembles ensembles, List<String> awaited, long applied)
            throws IOException, InterruptedException {
        Map<String, String> shown = new HashMap<>();
        List<String> left = new ArrayList<>(awaited);
        while (!left.isEmpty()) {
            long elapsed = (System.nanoTime() - applied) / 1_000_000_000;
            for (JsonNode ensemble : ensembles.list()) {
                String key = Json.key(ensemble);
                String progress = ensembles.ready(ensemble) ? "Ready" : Ensembles.progress(ensemble);
                if (left.contains(key) && !progress.equals(shown.put(key, progress))) {
                    System.out.println("  " + elapsed + " s  " + key + ": " + progress);
                }
                if (progress.equals("Ready")) {
                    left.remove(key);
                }
            }
            if (elapsed > timeoutSeconds) {
                System.err.println("quorate: not Ready after " + elapsed + " s: " + String.join(", ", left)
                        + " (it goes on running; ./quorate status, kubectl describe)");
                return false;
            }
            Thread.sleep(POLL);
        }
        return true;
    }

    private void next(ApiClient api) throws IOException, InterruptedException {
        Ensembles ensembles = new Ensembles(api);
        List<JsonNode> all = ensembles.list();
        for (JsonNode ensemble : all) {
            System.out.println("connect string of " + Json.key(ensemble) + ": " + ensembles.connectString(ensemble));
        }
        System.out.println();
        System.out.println("    export KUBECONFIG=" + state.kubeconfig());
        System.out.println();
        System.out.println("next: kubectl get ensembles, ./quorate status, ./quorate logs POD, ./quorate down"
                + (background ? "" : " (or Ctrl-C)"));
    }
}
