package dev.quorate.ensemble.server;

import dev.quorate.ensemble.backup.Inspection;
import dev.quorate.ensemble.backup.Source;
import dev.quorate.ensemble.model.Zxid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What is in a data directory.
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Says what the data of a stopped server, or a backup, holds. Only reads.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:the directory cannot be read; the last line says why", "2:wrong command line"})
final class InspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "a server's dataDir, or the folder of one backup")
    private Path directory = Path.of("");

    @Option(names = "--log-dir", paramLabel = "L", description = "the server's dataLogDir, where it has one")
    private @Nullable Path logDir;

    @Option(names = "--output-format", paramLabel = "text|json", defaultValue = "text", description = "how to report")
    private OutputFormat format = OutputFormat.text;

    @Override
    public Integer call() {
        try {
            Inspection inspection = Inspection.of(Source.open(directory, logDir == null ? directory : logDir));
            inspection.notes().forEach(note -> System.err.println("quorate-server: " + note));
            format.print(facts(inspection));
            return ExitCodes.OK;
        } catch (IOException e) {
            return new Verdict().failed(ExitCodes.FAILED, Verdict.reason(e));
        }
    }

    private static Map<String, @Nullable Object> facts(Inspection found) {
        Map<String, Object> owners = new TreeMap<>();
        found.ephemerals().forEach((owner, paths) -> owners.put(Zxid.hex(owner), paths));
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("znodes", found.znodes());
        facts.put("dataBytes", found.dataBytes());
        facts.put("sessions", found.sessions().size());
        facts.put("ephemerals", found.ephemeralZnodes());
        facts.put("containers", found.containers());
        facts.put("ttlZnodes", found.ttlZnodes());
        facts.put("acceptedEpoch", found.acceptedEpoch());
        facts.put("currentEpoch", found.currentEpoch());
        facts.put("snapshotZxid", Zxid.hex(found.snapshotZxid()));
        facts.put("lastZxid", Zxid.hex(found.lastZxid()));
        facts.put("lastTime", OutputFormat.time(found.lastTimeMillis()));
        facts.put("transactionsReplayed", found.transactionsReplayed());
        facts.put("ephemeralsByOwner", owners);
        facts.put("notes", found.notes());
        return facts;
    }
}
