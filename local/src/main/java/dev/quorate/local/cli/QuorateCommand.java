package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.PodLogs;
import dev.quorate.local.runtime.Processes;
import dev.quorate.local.store.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
        scope = ScopeType.INHERIT,
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
        })
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
            description = "Starts the embedded mode with the operator in it, applies the files and waits until their"
                    + " ensembles are Ready. Stays in the foreground; Ctrl-C ends it.")
    int up(
            @Option(
                            names = {"-f", "--filename"},
                            paramLabel = "FILE",
                            description = "Default: the example.")
                    @Nullable
                    List<Path> files,
            @Option(names = "--no-apply", description = "Only start API server and operator.") boolean noApply,
            @Option(names = "--detach", description = "Leave it running in the background.") boolean detach)
            throws Exception {
        if (state.running().isPresent()) {
            throw state.alreadyRunning();
        }
        state.refuseOlder();
        List<Path> example = List.of(StateFolder.checkout().resolve("deploy/examples/ensemble.yaml"));
        List<Path> wanted = noApply ? List.of() : files == null ? example : files;
        List<ObjectNode> objects = Manifests.read(wanted);
        return detach ? new Up(state).detached(wanted) : new Up(state).here(objects);
    }

    @Command(description = "Lists the ensembles, each with a connect string that works from this machine.")
    int status(
            @Option(names = "--output", defaultValue = "text", description = "${COMPLETION-CANDIDATES}")
                    Output output) {
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
                            defaultValue = "default")
                    String namespace,
            @Option(
                            names = {"-f", "--follow"},
                            description = "Go on until the pod ends.")
                    boolean follow)
            throws Exception {
        ObjectNode found = pod(namespace, pod);
        String container = Json.text(found, "/spec/containers/0/name");
        Path file = new PodLogs(state.path().resolve("pods")).file(found, container);
        if (!Files.exists(file)) {
            throw new Failure(Failure.FAILED, "pod \"" + pod + "\" is waiting to start");
        }
        PodLogs.copy(file, -1, () -> follow && PodLogs.runs(pod(namespace, pod), container), System.out);
        return 0;
    }

    private ObjectNode pod(String namespace, String name) {
        return state.objects().list("pods", namespace).stream()
                .filter(p -> Json.name(p).equals(name))
                .findFirst()
                .orElseThrow(() -> new Failure(Failure.FAILED, "pods \"" + name + "\" not found"));
    }

    @Command(description = "Ends the embedded mode and all its processes. The state stays for the next up.")
    int down(
            @Option(names = "--delete-data", description = "Also remove all data of all ensembles.") boolean deleteData)
            throws Exception {
        Optional<ProcessHandle> up = state.running();
        if (up.isPresent()) {
            up.get().destroy();
            up.get()
                    .onExit()
                    .completeOnTimeout(up.get(), PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
            up.get().destroyForcibly();
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
