package dev.quorate.ensemble.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What a member's container runs: claims the volume, waits for its own name, renders the configuration, serves.
@Command(
        name = "member",
        mixinStandardHelpOptions = true,
        description =
                "Runs a member of an ensemble on Kubernetes: claims the volume, waits until the own name resolves to"
                        + " the pod's address (environment POD_IP), renders zoo.cfg, then serves.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped in order",
            "1:the server cannot go on, or the own name does not resolve; the last line says why",
            "2:wrong command line or configuration",
            "78:the volume belongs to another ensemble, incarnation or member, or holds unknown contents"
        })
public final class MemberCommand implements Callable<Integer> {
    private static final long DNS_SECONDS = 60;
    private static final int DNS_RETRY_MILLIS = 250;

    @Option(names = "--config-dir", required = true, description = "folder with zoo.cfg (shared keys) and members")
    private Path configDir = Path.of("");

    @Option(
            names = "--initialize-dir",
            description = "a file `initialize` in it lets an empty disk vote (bootstrap only)")
    private @Nullable Path initializeDir;

    @Option(names = "--data-dir", required = true, description = "the member's volume")
    private Path dataDir = Path.of("");

    @Option(names = "--ensemble", required = true, description = "name of the ensemble, for messages")
    private String ensemble = "";

    @Option(
            names = "--ensemble-uid",
            required = true,
            description = "identity of the ensemble, part of the volume's stamp")
    private String ensembleUid = "";

    @Option(
            names = "--incarnation",
            required = true,
            description = "raised when the ensemble begins anew from a backup")
    private long incarnation;

    @Option(names = "--member-id", required = true, description = "this server's number, 1 to 254")
    private long memberId;

    @Option(
            names = "--advertised-host",
            required = true,
            description = "the name under which the others know this member")
    private String advertisedHost = "";

    @Mixin
    private Verdict verdict = new Verdict();

    @Override
    public Integer call() throws IOException {
        try {
            Files.createDirectories(dataDir);
            boolean fresh = new VolumeStamp(ensembleUid, incarnation, memberId).claim(dataDir);
            if (fresh && initializeDir != null && Files.exists(initializeDir.resolve("initialize"))) {
                Files.writeString(dataDir.resolve("initialize"), "");
            }
        } catch (VolumeStamp.Foreign e) {
            return verdict.failed(ExitCodes.FOREIGN_VOLUME, "ensemble " + ensemble + ": " + e.getMessage());
        }
        String podIp = System.getenv("POD_IP");
        if (podIp != null && !podIp.isBlank() && !awaitOwnName(podIp.strip())) {
            return verdict.failed(
                    ExitCodes.FAILED,
                    "ensemble " + ensemble + ": " + advertisedHost + " does not resolve to this pod's address " + podIp
                            + " after " + DNS_SECONDS + " s");
        }
        return ServeCommand.serve(new MemberFiles(configDir, dataDir, memberId, advertisedHost).render());
    }

    private boolean awaitOwnName(String podIp) {
        long deadline = System.nanoTime() + DNS_SECONDS * 1_000_000_000L;
        while (true) {
            if (resolves(podIp)) {
                return true;
            }
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            try {
                Thread.sleep(DNS_RETRY_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    private boolean resolves(String podIp) {
        try {
            InetAddress own = InetAddress.getByName(podIp);
            return Arrays.asList(InetAddress.getAllByName(advertisedHost)).contains(own);
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
