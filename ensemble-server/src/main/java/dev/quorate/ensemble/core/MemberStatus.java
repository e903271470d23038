package dev.quorate.ensemble.core;

import dev.quorate.ensemble.port.ByteSizes;
import dev.quorate.ensemble.quorum.EnsembleConfig;

/// Immutable picture of a member for admin interfaces (operator-design.md §4.1), at the moment when it was asked for.
/// `state` is one of standalone, looking, leading, following, observing, since `sinceMillis` by the wall clock;
/// `zabState` election, discovery, synchronization, broadcast, or "" when standalone; `leader` is -1 when unknown;
/// `fedBy` is the server that tells a learner what is committed, -1 for others; `readOnly`: there is no leader, and
/// clients may read; `znodes` counts the built-in ones, and the root twice, as ZooKeeper does.
public record MemberStatus(
        String state,
        String zabState,
        long leader,
        long fedBy,
        long sinceMillis,
        boolean serving,
        boolean readOnly,
        long lastZxid,
        boolean voting,
        int syncedFollowers,
        int syncedObservers,
        int syncedNonVotingFollowers,
        int pendingSyncs,
        ByteSizes proposals,
        int znodes,
        int ephemerals,
        int watches,
        long dataBytes,
        int sessions,
        int localSessions,
        long lastSnapshotZxid,
        long treeDigest,
        long digestMismatches,
        EnsembleConfig config) {}
