package dev.quorate.ensemble.admin;

import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.core.MemberStatus;
import dev.quorate.ensemble.port.ClientTraffic;
import dev.quorate.ensemble.port.ConnectionStatistics;
import java.util.List;

/// What a server tells about itself, at one moment. `version` is the text of `srvr`; times are wall clock milliseconds.
public record ServerFacts(
        String version,
        ServerConfig config,
        MemberStatus status,
        ClientTraffic traffic,
        List<ConnectionStatistics> connections,
        int clientPort,
        long startedMillis,
        long leadingSinceMillis,
        long lastSnapshotSeconds,
        long nowMillis) {
    public static final String NOT_SERVING = "This ZooKeeper instance is not currently serving requests";

    /// `leader`, `follower`, `observer` or `standalone`, as clients of ZooKeeper know them.
    public String mode() {
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
