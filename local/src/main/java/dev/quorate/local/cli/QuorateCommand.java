package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.PodLogs;
import dev.quorate.local.runtime.Processes;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/// `./quorate` itself. Commands other than `up` look at the state folder, and need no connection. What `--help` says is
/// in `quorate.properties`.
@Command(
        name = "quorate",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        version = "quorate 0.1.0",
        resourceBundle = "dev.quorate.local.cli.quorate")
public final class QuorateCommand {
    private static final long PATIENCE_SECONDS = 60;

    enum Output {
        text,
        json
    }

    @Mixin
    private final StateFolder state = new StateFolder();

    @Command
    int up(
            @Option(names = {"-f", "--filename"}) @Nullable List<Path> files,
            @Option(names = "--no-apply") boolean noApply,
            @Option(names = "--detach") boolean detach)
            throws Exception {
        if (state.running().isPresent()) {
            throw state.alreadyRunning();
        }
        List<Path> example = List.of(StateFolder.checkout().resolve("deploy/examples/ensemble.yaml"));
        List<Path> wanted = noApply ? List.of() : files == null ? example : files;
        List<ObjectNode> objects = Manifests.read(wanted);
        return detach ? new Up(state).detached(wanted) : new Up(state).here(objects);
    }

    @Command
    void status(@Option(names = "--output", defaultValue = "text") Output output) {
        Ensembles ensembles = new Ensembles(state.objects());
        List<ObjectNode> all = ensembles.list().stream().map(ensembles::summary).toList();
        if (output == Output.json) {
            System.out.println(Json.valueOf(all).toPrettyString());
        } else if (all.isEmpty()) {
            System.out.println("no ensembles; ./quorate up applies the example");
        } else {
            all.forEach(e -> System.out.println(Json.text(e, "/namespace") + "/" + Json.text(e, "/name")
                    + (e.path("ready").asBoolean() ? "  Ready  " : "  not Ready  ") + Json.text(e, "/connectString")));
        }
    }

    @Command
    void logs(
            @Parameters(paramLabel = "POD") String pod,
            @Option(names = {"-n", "--namespace"}) @Nullable String namespace,
            @Option(names = {"-f", "--follow"}) boolean follow)
            throws Exception {
        Supplier<ObjectNode> found = () -> pod(namespace == null ? "default" : namespace, pod);
        String container = Json.text(found.get(), "/spec/containers/0/name");
        Path file = new PodLogs(state.path().resolve("pods")).file(found.get(), container);
        if (!Files.exists(file)) {
            throw new Failure(Failure.FAILED, "pod \"" + pod + "\" is waiting to start");
        }
        PodLogs.copy(file, -1, () -> follow && PodLogs.runs(found.get(), container), System.out);
    }

    private ObjectNode pod(String namespace, String name) {
        Optional<ObjectNode> pod = state.objects().get(ObjectStore.key("pods", namespace, name));
        return pod.orElseThrow(() -> new Failure(Failure.FAILED, "pods \"" + name + "\" not found"));
    }

    @Command
    void down(@Option(names = "--delete-data") boolean deleteData) throws Exception {
        Optional<ProcessHandle> up = state.running();
        up.ifPresent(process -> {
            process.destroy();
            process.onExit()
                    .completeOnTimeout(process, PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
            process.destroyForcibly();
        });
        int left = Processes.sweep(state.path());
        if (left > 0) {
            System.out.println("ended " + left + " processes that a former run had left");
        }
        if (deleteData) {
            state.delete();
        }
        String done = up.isPresent() || left > 0 ? "stopped" : "nothing was running";
        System.out.println(done + (deleteData ? ", data deleted" : ""));
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
