package dev.quorate.local.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `./quorate` itself.
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
        subcommands = {UpCommand.class, StatusCommand.class, LogsCommand.class, DownCommand.class})
public final class QuorateCommand implements Runnable {
    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing: up, status, logs or down");
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
