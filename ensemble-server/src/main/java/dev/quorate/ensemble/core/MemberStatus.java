package dev.quorate.ensemble.core;

import dev.quorate.ensemble.quorum.EnsembleConfig;
import java.util.List;

/// Immutable picture of a member for admin interfaces (operator-design.md §4.1). `leader` is -1 when unknown; `state`
/// is one of standalone, looking, leading, following, observing; `zabState` election, discovery, synchronization,
/// broadcast or "" when standalone; `znodes` counts the built-in ones, and the root twice, as ZooKeeper does.
public record MemberStatus(
        long serverId,
        String state,
        String zabState,
        long leader,
        boolean serving,
        long epoch,
        long lastZxid,
        boolean voting,
        int syncedFollowers,
        int syncedObservers,
        int syncedNonVotingFollowers,
        int pendingSyncs,
        int znodes,
        int ephemerals,
        int watches,
        long dataBytes,
        int sessions,
        int connections,
        int outstandingRequests,
        long lastSnapshotZxid,
        long treeDigest,
        long digestMismatches,
        EnsembleConfig config,
        List<ConnectionInfo> clients) {

    /// One client connection; `sessionId` 0 before the handshake.
    public record ConnectionInfo(long connection, String remoteAddress, long sessionId, int sessionTimeoutMillis) {}
}
