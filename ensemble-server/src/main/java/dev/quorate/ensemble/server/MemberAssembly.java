package dev.quorate.ensemble.server;

import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.core.EnsembleMember;
import dev.quorate.ensemble.core.MemberConfig;
import dev.quorate.ensemble.core.Recovered;
import dev.quorate.ensemble.core.SessionModes;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.request.RequestConfig;
import dev.quorate.ensemble.storage.Recovery;
import dev.quorate.ensemble.wire.TxnWire;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Makes the member out of what is configured and what the disk held.
final class MemberAssembly {
    /// A client with more requests under way than this is not read.
    /// About two milliseconds of the loop, and two megabytes.
    private static final int SNAPSHOT_AT_ONCE = 16_384;
    private static final int OUTSTANDING_PER_CONNECTION = 1_000;

    /// As ZooKeeper: an ordinary election is over by then.
    private static final int READ_ONLY_AFTER_MILLIS_MIN = 2_000;

    private MemberAssembly() {}

    static EnsembleMember assemble(ServerConfig config, Recovery.Recovered recovered, boolean mayVote) {
        long lastZxid = recovered.tree().lastZxid();
        long logged = Zxid.epoch(lastZxid);
        // Missing epoch files are made up from the log (storage-formats.md §1).
        long current = recovered.currentEpoch() >= 0 ? recovered.currentEpoch() : logged;
        long accepted = Math.max(current, recovered.acceptedEpoch() >= 0 ? recovered.acceptedEpoch() : logged);
        boolean longLog = recovered.tail().size() >= config.storage().commitLogCount();
        return new EnsembleMember(
                memberConfig(config),
                new Recovered(recovered.tree(), recovered.tail(), mayVote ? lastZxid : -1, accepted, current, longLog),
                new TxnWire(),
                RandomGenerator.getDefault());
    }

    private static MemberConfig memberConfig(ServerConfig config) {
        EnsembleConfig members = config.quorum().members();
        EnsembleConfig committed = members == null ? new EnsembleConfig(new TreeMap<>(), 0) : members;
        EnsembleConfig lastSeen = config.quorum().lastSeen();
        ServerConfig.Timing timing = config.timing();
        ServerConfig.Requests requests = config.requests();
        String superDigest = requests.superDigest();
        return new MemberConfig(
                config.serverId(),
                new Membership(committed, lastSeen == null ? committed : lastSeen),
                new MemberConfig.Reconfigurable(
                        config.quorum().reconfigEnabled(), config.quorum().standaloneEnabled()),
                timing.tickTimeMillis(),
                timing.initLimitTicks(),
                timing.syncLimitTicks(),
                timing.minSessionTimeoutMillis(),
                timing.maxSessionTimeoutMillis(),
                config.storage().snapCount(),
                SNAPSHOT_AT_ONCE,
                config.storage().commitLogCount(),
                OUTSTANDING_PER_CONNECTION,
                timing.electionGraceMillis(),
                timing.containerCheckIntervalMillis(),
                config.quorum().observerMasterPort(),
                config.quorum().initialCounter(),
                new SessionModes(
                        config.sessions().local(),
                        config.sessions().upgrading(),
                        config.sessions().readOnlyMode()
                                ? Math.max(READ_ONLY_AFTER_MILLIS_MIN, timing.tickTimeMillis())
                                : 0),
                new RequestConfig(
                        requests.extendedTypes(),
                        requests.enforceQuota(),
                        requests.skipAcl(),
                        superDigest == null ? "" : superDigest,
                        config.storage().digestEnabled()));
    }
}
