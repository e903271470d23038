package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.PodLogs;
import dev.quorate.local.runtime.Processes;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/// `./quorate` itself. Commands other than `up` look at the state folder, and need no connection.
@Command(
        name = "quorate",
        mixinStandardHelpOptions = true,
        version = "quorate 0.1.0",
        description = "Runs ZooKeeper-compatible ensembles on this machine: the embedded mode of Quorate.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; one line on standard error says why",
            "2:wrong usage",
            "3:the embedded mode is not running",
            "4:it runs, but an ensemble did not become Ready in time",
            "5:it is running already"
        },
        scope = ScopeType.INHERIT)
public final class QuorateCommand implements Runnable {
    private static final long PATIENCE_SECONDS = 60;

    enum Output {
        text,
        json
    }

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandLine.Model.CommandSpec spec;

    @Mixin
    private final StateFolder state = new StateFolder();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing: up, status, logs or down");
    }

    @Command(
            description =
                    "Starts the embedded mode with the operator in it, applies the files and waits until their ensembles"
                            + " are Ready. Stays in the foreground; Ctrl-C ends it.")
    int up(
            @Option(
                            names = {"-f", "--filename"},
                            paramLabel = "FILE",
                            description = "What to apply (default: deploy/examples/ensemble.yaml).")
                    @Nullable
                    List<Path> files,
            @Option(names = "--no-apply", description = "Apply nothing; return once API server and operator run.")
                    boolean noApply,
            @Option(names = "--detach", description = "Leave it running in the background.") boolean detach,
            @Option(
                            names = "--timeout",
                            paramLabel = "SECONDS",
                            defaultValue = "300",
                            description = "How long to wait for Ready (default: ${DEFAULT-VALUE}).")
                    int timeoutSeconds,
            @Option(names = "--background", hidden = true, description = "What --detach starts.") boolean background)
            throws Exception {
        if (state.running().isPresent()) {
            throw state.alreadyRunning();
        }
        Path example = StateFolder.checkout().resolve("deploy/examples/ensemble.yaml");
        List<ObjectNode> objects = noApply ? List.of() : Manifests.read(files == null ? List.of(example) : files);
        Up up = new Up(state, timeoutSeconds, background);
        return detach ? up.detached(noApply, files == null ? List.of() : files) : up.here(objects);
    }

    @Command(
            description =
                    "Lists the ensembles: name, namespace, whether Ready, and a connect string that works from this machine.")
    int status(
            @Option(
                            names = "--output",
                            paramLabel = "FORMAT",
                            defaultValue = "text",
                            description = "${COMPLETION-CANDIDATES}")
                    Output output)
            throws IOException {
        Ensembles ensembles = new Ensembles(state.objects());
        ArrayNode all = Json.array();
        ensembles.list().forEach(e -> all.add(ensembles.summary(e)));
        if (output == Output.json) {
            System.out.println(all.toPrettyString());
            return 0;
        }
        for (JsonNode e : all) {
            String ready = e.path("ready").asBoolean() ? "Ready" : "not Ready";
            String name = e.path("namespace").asText() + "/" + e.path("name").asText();
            System.out.println(
                    name + "  " + ready + "  " + e.path("connectString").asText());
        }
        if (all.isEmpty()) {
            System.out.println("no ensembles; ./quorate up applies the example");
        }
        return 0;
    }

    @Command(description = "Prints what a pod wrote.")
    int logs(
            @Parameters(paramLabel = "POD", description = "The pod's name.") String pod,
            @Option(
                            names = {"-n", "--namespace"},
                            paramLabel = "NAMESPACE",
                            defaultValue = "default",
                            description = "Default: ${DEFAULT-VALUE}.")
                    String namespace,
            @Option(
                            names = {"-f", "--follow"},
                            description = "Go on as the pod writes, until it ends.")
                    boolean follow)
            throws Exception {
        ObjectNode found = pod(namespace, pod);
        String container = Json.text(found, "/spec/containers/0/name");
        Path file = PodLogs.file(new PodLogs(state.path().resolve("pods")).folderOf(found), container, false);
        if (!Files.exists(file)) {
            throw new Failure(Failure.FAILED, "pod \"" + pod + "\" is waiting to start");
        }
        PodLogs.copy(file, -1, () -> follow && PodLogs.runs(pod(namespace, pod), container), System.out);
        return 0;
    }

    private ObjectNode pod(String namespace, String name) {
        try {
            return state.objects().list("pods", namespace).stream()
                    .filter(p -> Json.name(p).equals(name))
                    .findFirst()
                    .orElseThrow(() -> new Failure(Failure.FAILED, "pods \"" + name + "\" not found"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Command(description = "Ends the embedded mode and all its processes. The state stays for the next up.")
    int down(
            @Option(names = "--delete-data", description = "Also remove the state, with all data of all ensembles.")
                    boolean deleteData)
            throws Exception {
        Optional<ProcessHandle> up = state.running();
        if (up.isPresent()) {
            up.get().destroy();
            try {
                up.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                up.get().destroyForcibly();
                up.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        }
        int left = Processes.sweep(state.path());
        if (left > 0) {
            System.out.println("ended " + left + " processes that a former run had left");
        }
        if (deleteData) {
            state.delete();
        }
        System.out.println((up.isPresent() || left > 0 ? "stopped" : "nothing was running")
                + (deleteData ? ", data deleted" : ""));
        return 0;
    }

    /// Runs the command line and exits with its code.
    public static void main(String[] args) {
        System.exit(line().execute(args));
    }

    /// The command line with its one-line errors.
    static CommandLine line() {
        CommandLine line = new CommandLine(new QuorateCommand());
        line.setParameterExceptionHandler((e, arguments) -> {
            CommandLine command = e.getCommandLine();
            String help = command.getCommandSpec().qualifiedName() + " --help";
            command.getErr().println("quorate: " + e.getMessage() + " (see " + help + ")");
            return Failure.USAGE;
        });
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            command.getErr().println("quorate: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            return e instanceof Failure failure ? failure.exitCode() : Failure.FAILED;
        });
        return line;
    }
}
