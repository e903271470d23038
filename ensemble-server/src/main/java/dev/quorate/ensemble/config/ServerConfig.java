package dev.quorate.ensemble.config;

import dev.quorate.ensemble.port.SaslSettings;
import dev.quorate.ensemble.port.TlsSettings;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Everything a server is told before it starts. Immutable. Names follow the keys of `zoo.cfg`; times are in
/// milliseconds, sizes in bytes, limits in ticks, as their names say.
///
/// `ensemble` is null for a standalone server. `listenAddress`, where set, replaces every address to listen on.
public record ServerConfig(
        Path file,
        long serverId,
        Path dataDir,
        Path dataLogDir,
        @Nullable String listenAddress,
        @Nullable Endpoint client,
        @Nullable ClientTls clientTls,
        Ensemble quorum,
        Timing timing,
        Limits limits,
        Storage storage,
        Requests requests,
        Sessions sessions,
        Admin admin,
        boolean voteWithEmptyStore,
        List<String> warnings) {

    /// `host` "" is any address.
    public record Endpoint(String host, int port, int backlog) {}

    /// `members` null: standalone; `tls`, `sasl` null: none between servers; `observerMasterPort` 0: followers feed no
    /// observers.
    /// `dynamicFile` is where the static file says that members stand.
    public record Ensemble(
            @Nullable EnsembleConfig members,
            @Nullable EnsembleConfig lastSeen,
            @Nullable Path dynamicFile,
            boolean reconfigEnabled,
            boolean standaloneEnabled,
            boolean listenOnAllAddresses,
            boolean leaderServes,
            boolean observer,
            int observerMasterPort,
            long initialCounter,
            boolean keepAlive,
            boolean multiAddress,
            @Nullable PeerTls tls,
            @Nullable SaslSettings sasl) {}

    /// `endpoint` null: no port of its own; `onClientPort`: the plain port takes TLS as well.
    public record ClientTls(TlsSettings settings, @Nullable Endpoint endpoint, boolean onClientPort) {}

    /// `dials`: our own connections are encrypted; `acceptsPlain`: others' need not be.
    public record PeerTls(TlsSettings settings, boolean dials, boolean acceptsPlain) {}

    /// How servers dial each other, for whoever dials them as one does.
    public record Peers(@Nullable PeerTls tls, @Nullable SaslSettings sasl) {}

    /// `electionGraceMillis` is how long clients may wait for another leader; 0 sends them away at once.
    public record Timing(
            int tickTimeMillis,
            int initLimitTicks,
            int syncLimitTicks,
            int minSessionTimeoutMillis,
            int maxSessionTimeoutMillis,
            int electionGraceMillis,
            int electionConnectTimeoutMillis,
            int minNotificationIntervalMillis,
            int maxNotificationIntervalMillis,
            int containerCheckIntervalMillis,
            long containerMaxNeverUsedMillis,
            int containerMaxPerMinute) {}

    /// 0 is "no limit" for the counts of connections.
    public record Limits(
            int maxClientConnectionsPerAddress,
            int maxConnections,
            int maxRequestBytes,
            int extraBytes,
            int globalOutstanding) {
        /// What a packet between servers may hold.
        public int maxPacketBytes() {
            return (int) Math.min(Integer.MAX_VALUE, (long) maxRequestBytes + extraBytes);
        }
    }

    public record Storage(
            int snapCount,
            int commitLogCount,
            int preAllocKiB,
            boolean forceSync,
            int fsyncWarningMillis,
            int snapshotsRetained,
            int purgeIntervalHours,
            boolean digestEnabled) {}

    public record Requests(
            boolean extendedTypes,
            boolean enforceQuota,
            boolean skipAcl,
            @Nullable String superDigest) {}

    /// `local`: sessions stay on the server of their client; `upgrading`: until they create an ephemeral.
    /// `readOnlyMode`: without a leader, clients may still read.
    public record Sessions(boolean local, boolean upgrading, boolean readOnlyMode) {}

    /// `words` are the four-letter words to answer; it holds `*` where all are.
    public record Admin(Set<String> words, boolean enabled, String host, int port, String commandPath) {
        public boolean answers(String word) {
            return words.contains("*") || words.contains(word);
        }
    }

    public boolean standalone() {
        return quorum.members() == null;
    }

    /// This server's own line; null when standalone, or for a joiner that nobody has added yet.
    public @Nullable Member self() {
        EnsembleConfig members = quorum.members();
        return members == null ? null : members.member(serverId);
    }
}
