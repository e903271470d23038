package dev.quorate.ensemble.admin;

import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.core.MemberDetails;
import dev.quorate.ensemble.core.MemberStatus;
import dev.quorate.ensemble.port.ClientTraffic;
import dev.quorate.ensemble.port.ConnectionStatistics;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a server tells about itself, at one moment. `version` is the text of `srvr`; times are wall clock milliseconds;
/// `slowSyncs` counts fsyncs of the log that were worth a warning.
public record ServerFacts(
        String version,
        ServerConfig config,
        MemberStatus status,
        ClientTraffic traffic,
        List<ConnectionStatistics> connections,
        int clientPort,
        long startedMillis,
        long nowMillis,
        int slowSyncs,
        @Nullable MemberDetails details) {
    public static final String NOT_SERVING = "This ZooKeeper instance is not currently serving requests";

    private static final Set<String> DETAILED =
            Set.of("dump", "wchs", "wchc", "wchp", "watch_summary", "watches", "watches_by_path");

    /// Whether this word or command tells of single sessions and watches; `details` is null for all others.
    public static boolean detailed(String command) {
        return DETAILED.contains(command);
    }

    MemberDetails asked() {
        if (details == null) {
            throw new IllegalStateException("details were not collected");
        }
        return details;
    }

    /// Clients are answered, if only those who read.
    boolean answering() {
        return status.serving() || status.readOnly();
    }

    /// `leader`, `follower`, `observer`, `standalone` or `read-only`, as clients of ZooKeeper know them.
    public String mode() {
        if (status.readOnly()) {
            return "read-only";
        }
        return switch (status.state()) {
            case "leading" -> "leader";
            case "following" -> "follower";
            case "observing" -> "observer";
            default -> status.state();
        };
    }

    public boolean leading() {
        return status.state().equals("leading");
    }

    public long uptimeMillis() {
        return nowMillis - startedMillis;
    }
}
