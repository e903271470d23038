package dev.quorate.ensemble.server;

import dev.quorate.ensemble.config.ConfigException;
import dev.quorate.ensemble.config.ConfigReader;
import dev.quorate.ensemble.config.ServerConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// One server in the foreground.
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Runs one server in the foreground until it is told to stop (SIGTERM).",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped in order",
            "1:the server cannot go on: its data, its disk or a port; the last line says why",
            "2:wrong command line or configuration"
        })
public final class ServeCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "ZOO_CFG",
            description = "an ordinary zoo.cfg; an ensemble's server has its number in dataDir/myid")
    private Path file = Path.of("zoo.cfg");

    @Override
    public Integer call() {
        return serve(file);
    }

    static int serve(Path file) {
        Logging.configure();
        ServerConfig config;
        try {
            config = ConfigReader.read(file, systemProperties(), System.getenv());
        } catch (ConfigException e) {
            System.err.println("quorate-server: " + e.getMessage());
            return ExitCodes.USAGE;
        }
        return new Server(config).run();
    }

    static Map<String, String> systemProperties() {
        Map<String, String> properties = new HashMap<>();
        System.getProperties().forEach((key, value) -> properties.put(String.valueOf(key), String.valueOf(value)));
        return properties;
    }
}
