package dev.quorate.ensemble.server;

import dev.quorate.ensemble.backup.Backups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What a restored member's init container runs, before the server.
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description =
                "Claims an empty volume and writes a backup onto it, in an epoch far above every known one and with"
                        + " raised sequence counters. Does nothing where this backup was restored before.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the volume holds the backup, or what a server has made of it since",
            "1:the backup is damaged or missing, or the volume cannot be written",
            "2:wrong command line",
            "78:the volume belongs to another ensemble, incarnation or member, or holds unknown contents"
        })
final class RestoreCommand implements Callable<Integer> {
    @Option(names = "--from", required = true, paramLabel = "DIR/ID", description = "the backup's folder")
    private Path from = Path.of("");

    @Option(names = "--data-dir", required = true, description = "the member's volume")
    private Path dataDir = Path.of("");

    @Option(names = "--ensemble-uid", required = true, description = "identity of the new ensemble")
    private String ensembleUid = "";

    @Option(names = "--incarnation", required = true, description = "how often the ensemble began anew")
    private long incarnation;

    @Option(names = "--member-id", required = true, description = "this server's number, 1 to 254")
    private long memberId;

    @Option(
            names = "--epoch-above",
            paramLabel = "N",
            description = "an epoch that clients of the lost ensemble may have seen, beside those in the backup")
    private long epochAbove;

    @Mixin
    private Verdict verdict = new Verdict();

    @Override
    public Integer call() {
        try {
            Files.createDirectories(dataDir);
            new VolumeStamp(ensembleUid, incarnation, memberId).claim(dataDir);
            return verdict.done(Backups.restore(from, dataDir, epochAbove));
        } catch (VolumeStamp.Foreign e) {
            return verdict.failed(ExitCodes.FOREIGN_VOLUME, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return verdict.failed(ExitCodes.FAILED, Verdict.reason(e));
        }
    }
}
