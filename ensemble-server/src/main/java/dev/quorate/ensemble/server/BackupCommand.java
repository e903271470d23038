package dev.quorate.ensemble.server;

import dev.quorate.ensemble.backup.Backups;
import dev.quorate.ensemble.backup.Greeting;
import dev.quorate.ensemble.backup.LeaderLostException;
import dev.quorate.ensemble.config.ConfigException;
import dev.quorate.ensemble.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What a backup's Job runs.
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description =
                "Joins a leader as an observer, takes what is committed, and writes it to DIR/ID without sessions and"
                        + " without the znodes that sessions own. Prints the backup's manifest, one line of JSON.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the backup is in DIR/ID, whole",
            "1:the output cannot be written, the leader sent what no leader sends, or the two do not trust each other",
            "2:wrong command line or configuration",
            "75:no leader at that address, or it was lost meanwhile: try again with whoever leads then"
        })
final class BackupCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--leader", required = true, paramLabel = "HOST:PORT", description = "quorum port of the leader")
    private String leader = "";

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "folder of backups, which exists")
    private Path output = Path.of("");

    @Option(names = "--id", required = true, description = "name of the backup in that folder, a ULID for instance")
    private String id = "";

    @Option(
            names = "--config",
            paramLabel = "ZOO_CFG",
            description = "a server's zoo.cfg: its sslQuorum, ssl.quorum.* and quorum.auth.* keys say how to dial the"
                    + " leader, nothing else is read; without it, neither TLS nor SASL")
    private @Nullable Path config;

    @Mixin
    private Verdict verdict = new Verdict();

    @Override
    public Integer call() {
        int colon = leader.lastIndexOf(':');
        if (colon < 1 || !leader.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw usage("--leader: \"" + leader + "\" is no HOST:PORT");
        }
        if (!id.matches("[A-Za-z0-9][A-Za-z0-9-]*")) {
            throw usage("--id: \"" + id + "\" may hold letters, digits and hyphens only");
        }
        String host = leader.substring(0, colon).replaceAll("[\\[\\]]", "");
        int port = Integer.parseInt(leader.substring(colon + 1));
        if (port < 1 || port > 65_535) {
            throw usage("--leader: " + port + " is no port");
        }
        try {
            return verdict.done(take(host, port));
        } catch (ConfigException e) {
            return verdict.failed(ExitCodes.USAGE, String.valueOf(e.getMessage()));
        } catch (LeaderLostException e) {
            return verdict.failed(ExitCodes.TRY_AGAIN, Verdict.reason(e));
        } catch (IOException e) {
            return verdict.failed(ExitCodes.FAILED, Verdict.reason(e));
        }
    }

    private String take(String host, int port) throws IOException, ConfigException {
        if (config == null) {
            return Backups.take(host, port, Greeting.NONE, output, id);
        }
        Logging.configure();
        try (PeerGreeting greeting = new PeerGreeting(ConfigReader.peers(config, ServeCommand.systemProperties()))) {
            return Backups.take(host, port, greeting, output, id);
        }
    }

    private ParameterException usage(String message) {
        if (spec == null) {
            throw new IllegalStateException(message);
        }
        return new ParameterException(spec.commandLine(), message);
    }
}
