package dev.quorate.ensemble.server;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command line of the server image.
@Command(
        name = "quorate-server",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "A quorum server that speaks Apache ZooKeeper's protocols, and tools for its data.",
        subcommands = {
            ServeCommand.class,
            MemberCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            FilterCommand.class,
            InspectCommand.class,
            CommandLine.HelpCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed; the last line says why", "2:wrong command line or configuration"})
public final class QuorateServer {
    private QuorateServer() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new QuorateServer());
        // What goes wrong is one line that names the thing, never a stack trace.
        line.setParameterExceptionHandler((e, _) -> {
            System.err.println(e.getCommandLine().getCommandSpec().qualifiedName() + ": " + e.getMessage());
            return ExitCodes.USAGE;
        });
        line.setExecutionExceptionHandler((e, command, _) -> {
            System.err.println(command.getCommandSpec().qualifiedName() + ": " + e);
            return ExitCodes.FAILED;
        });
        return line;
    }
}
