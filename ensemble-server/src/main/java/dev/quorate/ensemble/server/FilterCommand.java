package dev.quorate.ensemble.server;

import dev.quorate.ensemble.backup.CleanSnapshot;
import dev.quorate.ensemble.backup.OutputDirectory;
import dev.quorate.ensemble.backup.Rise;
import dev.quorate.ensemble.backup.Source;
import dev.quorate.ensemble.model.Zxid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A clean data directory out of what a server left, by hand.
@Command(
        name = "filter",
        mixinStandardHelpOptions = true,
        description =
                "Reads the data of a stopped server, ours or Apache ZooKeeper's from 3.4 on, and writes a data directory"
                        + " with one snapshot and no log: no session, no znode that a session owns. The source is only"
                        + " read. Both servers start on the output.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the output is there, whole",
            "1:the source cannot be used or the output cannot be written; nothing was left there",
            "2:wrong command line"
        })
final class FilterCommand implements Callable<Integer> {
    private static final String VERSIONED = "version-2";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--data-dir", required = true, paramLabel = "D", description = "the server's dataDir")
    private Path dataDir = Path.of("");

    @Option(names = "--log-dir", paramLabel = "L", description = "the server's dataLogDir, where it has one")
    private @Nullable Path logDir;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "a folder that is empty or missing")
    private Path output = Path.of("");

    @Option(
            names = "--epoch-above",
            paramLabel = "N",
            description = "an epoch that clients may have seen, where it is higher than those in the source")
    private @Nullable Long epochAbove;

    @Option(
            names = "--epoch-margin",
            paramLabel = "M",
            description = "how many epochs above all of them the output stands, at least 1 (default: 1024)")
    private @Nullable Long epochMargin;

    @Option(
            names = "--sequence-margin",
            paramLabel = "K",
            description = "added to the counters of sequential names above zero (default: 1000000)")
    private @Nullable Integer sequenceMargin;

    @Option(
            names = "--keep-zxid",
            description = "leave zxid and counters as they are: for looking at the data, or where the source is known"
                    + " to be the last word of its ensemble")
    private boolean keepZxid;

    @Option(names = "--output-format", paramLabel = "text|json", defaultValue = "text", description = "how to report")
    private OutputFormat format = OutputFormat.text;

    @Override
    public Integer call() {
        Rise rise = rise();
        Verdict verdict = new Verdict();
        try {
            OutputDirectory.requireEmpty(output, VERSIONED);
            CleanSnapshot clean = CleanSnapshot.of(Source.open(dataDir, logDir == null ? dataDir : logDir), rise);
            try (OutputDirectory directory = OutputDirectory.begin(output, VERSIONED)) {
                CleanSnapshot.Written written = clean.write(directory.path());
                Path named = directory.commit();
                written.notes().forEach(note -> System.err.println("quorate-server: " + note));
                format.print(facts(written, named));
            }
            return ExitCodes.OK;
        } catch (IOException e) {
            return verdict.failed(ExitCodes.FAILED, Verdict.reason(e));
        }
    }

    private Rise rise() {
        if (epochMargin != null && epochMargin < 1) {
            throw usage("--epoch-margin: " + epochMargin + " is not allowed, at least 1: a zxid must never be given out"
                    + " twice");
        }
        if (epochAbove != null && epochAbove < 0) {
            throw usage("--epoch-above: " + epochAbove + " is no epoch");
        }
        if (sequenceMargin != null && sequenceMargin < 0) {
            throw usage("--sequence-margin: " + sequenceMargin + " would give sequence numbers out twice");
        }
        if (!keepZxid) {
            return new Rise(
                    epochAbove == null ? 0 : epochAbove,
                    epochMargin == null ? Rise.EPOCHS : epochMargin,
                    sequenceMargin == null ? Rise.SEQUENCES : sequenceMargin);
        }
        if (epochAbove != null || epochMargin != null || sequenceMargin != null) {
            throw usage("--keep-zxid excludes --epoch-above, --epoch-margin and --sequence-margin");
        }
        return Rise.NONE;
    }

    private ParameterException usage(String message) {
        if (spec == null) {
            throw new IllegalStateException(message);
        }
        return new ParameterException(spec.commandLine(), message);
    }

    private static Map<String, @Nullable Object> facts(CleanSnapshot.Written written, Path directory) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("znodes", written.znodes());
        facts.put("sessionsStripped", written.sessionsStripped());
        facts.put("ephemeralsStripped", written.ephemeralsStripped());
        facts.put("touchedParents", written.touchedParents());
        facts.put("emptiedContainers", written.emptiedContainers());
        facts.put("zxid", Zxid.hex(written.zxid()));
        facts.put("epoch", written.epoch());
        facts.put("sourceZxid", Zxid.hex(written.sourceZxid()));
        facts.put("sourceTime", OutputFormat.time(written.timeMillis()));
        facts.put("newestChange", OutputFormat.time(written.newestChangeMillis()));
        facts.put("transactionsReplayed", written.transactionsReplayed());
        facts.put("file", directory.resolve(written.file().getFileName()).toString());
        facts.put("notes", written.notes());
        return facts;
    }
}
