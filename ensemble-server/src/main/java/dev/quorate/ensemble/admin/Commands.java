package dev.quorate.ensemble.admin;

import dev.quorate.ensemble.config.ProcessEnvironment;
import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.core.MemberDetails;
import dev.quorate.ensemble.port.ByteSizes;
import dev.quorate.ensemble.port.ConnectionStatistics;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Member.PeerAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The commands of the HTTP admin: name to fields, in the shapes of server-operations.md (c).
final class Commands {
    /// A command that answers with an error text instead of fields.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private interface Command {
        Map<String, Object> run(ServerFacts facts) throws Refused;
    }

    private static final Map<String, Command> PRIMARY = new TreeMap<>();
    private static final Map<String, String> ALIASES = new LinkedHashMap<>();

    static {
        add("configuration", Commands::configuration, "conf", "config");
        add("connection_stat_reset", facts -> fields(), "crst");
        add("connections", facts -> connections(facts, true), "cons");
        add("dirs", Commands::directories);
        add("environment", Commands::environment, "env", "envi");
        add("hash", Commands::hash);
        add("is_read_only", facts -> fields("read_only", facts.status().readOnly()), "isro");
        add("last_snapshot", Commands::lastSnapshot, "lsnp");
        add("leader", EnsembleCommands::leader, "lead");
        add("monitor", Monitor::of, "mntr");
        add("ruok", facts -> fields());
        add("server_stats", facts -> serverStats(facts), "srvr");
        add("stat_reset", facts -> fields(), "srst");
        add("stats", Commands::stats, "stat");
        add("system_properties", facts -> fields(), "sysp");
        add("voting_view", EnsembleCommands::votingView);
        add("watch_summary", Commands::watchSummary, "wchs");
        add("watches", Commands::watches, "wchc");
        add("watches_by_path", Commands::watchesByPath, "wchp");
        add("zabstate", EnsembleCommands::zabState);
    }

    private Commands() {}

    private static void add(String name, Command command, String... aliases) {
        PRIMARY.put(name, command);
        for (String alias : aliases) {
            ALIASES.put(alias, name);
        }
    }

    static Iterable<String> names() {
        return PRIMARY.keySet();
    }

    /// Null where there is no such command.
    static @Nullable String primaryName(String name) {
        return PRIMARY.containsKey(name) ? name : ALIASES.get(name);
    }

    /// The whole answer: fields, then `command` and `error`. `facts` is asked for only when the command is known.
    static Map<String, Object> run(String name, Function<String, ServerFacts> factsFor) {
        String primary = primaryName(name);
        if (primary == null) {
            return envelope(fields(), name, "Unknown command: " + name);
        }
        ServerFacts facts = factsFor.apply(primary);
        // These say what an operator has to know of a server that does not serve.
        boolean always = primary.equals("zabstate") || primary.equals("voting_view") || primary.equals("configuration");
        if (!facts.answering() && !always) {
            return envelope(fields(), name, ServerFacts.NOT_SERVING);
        }
        try {
            Command command = PRIMARY.get(primary);
            return envelope(command == null ? fields() : command.run(facts), primary, null);
        } catch (Refused e) {
            return envelope(fields(), primary, e.getMessage());
        }
    }

    private static Map<String, Object> envelope(Map<String, Object> fields, String command, @Nullable String error) {
        fields.put("command", command);
        fields.put("error", error);
        return fields;
    }

    static Map<String, Object> fields(@Nullable Object... pairs) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            fields.put((String) pairs[i], pairs[i + 1]);
        }
        return fields;
    }

    static Map<String, Object> configuration(ServerFacts facts) {
        ServerConfig config = facts.config();
        ServerConfig.Timing timing = config.timing();
        ServerConfig.Endpoint client = config.client();
        Map<String, Object> fields = fields(
                "client_port", facts.clientPort(),
                "data_dir", version2(config.dataDir()),
                "data_log_dir", version2(config.dataLogDir()),
                "tick_time", timing.tickTimeMillis(),
                "max_client_cnxns", config.limits().maxClientConnectionsPerAddress(),
                "min_session_timeout", timing.minSessionTimeoutMillis(),
                "max_session_timeout", timing.maxSessionTimeoutMillis(),
                "client_port_listen_backlog", client == null ? -1 : client.backlog(),
                // A server alone has none for ZooKeeper.
                "server_id", config.standalone() ? 0 : config.serverId());
        if (!config.standalone()) {
            Member self = facts.status().config().member(config.serverId());
            PeerAddress address = self == null ? null : self.addresses().getFirst();
            fields.put("init_limit", timing.initLimitTicks());
            fields.put("sync_limit", timing.syncLimitTicks());
            fields.put("election_alg", 3);
            fields.put("election_port", address == null ? -1 : address.electionPort());
            fields.put("quorum_port", address == null ? -1 : address.quorumPort());
            fields.put("peer_type", self != null && !self.votes() ? 1 : 0);
        }
        return fields;
    }

    private static String version2(Path directory) {
        return directory.resolve("version-2").toString();
    }

    private static Map<String, Object> connections(ServerFacts facts, boolean whole) {
        List<Map<String, Object>> list = new ArrayList<>();
        for (ConnectionStatistics c : facts.connections()) {
            Map<String, Object> one = fields(
                    "remote_socket_address", c.remote(),
                    "interest_ops", c.interestOps(),
                    "outstanding_requests", c.outstanding(),
                    "packets_received", c.received(),
                    "packets_sent", c.sent());
            if (whole && c.sessionId() != 0) {
                one.put("session_id", c.sessionId());
                one.put("last_operation", OperationNames.of(c.lastOpCode()));
                one.put("established", c.established());
                one.put("session_timeout", c.sessionTimeout());
                one.put("last_cxid", c.lastXid());
                one.put("last_zxid", c.lastZxid());
                one.put("last_response_time", c.lastReply());
                one.put("last_latency", c.lastLatency());
                one.put("min_latency", c.minLatency());
                one.put("avg_latency", (long) c.averageLatency());
                one.put("max_latency", c.maxLatency());
            }
            list.add(one);
        }
        return fields("connections", list, "secure_connections", List.of());
    }

    private static Map<String, Object> directories(ServerFacts facts) {
        return fields(
                "datadir_size", DirectorySize.of(facts.config().dataDir()),
                "logdir_size", DirectorySize.of(facts.config().dataLogDir()));
    }

    static Map<String, Object> environment(ServerFacts facts) {
        Map<String, Object> values = fields("zookeeper.version", facts.version());
        values.putAll(ProcessEnvironment.describe());
        return values;
    }

    private static Map<String, Object> hash(ServerFacts facts) {
        return fields(
                "digests",
                List.of(fields(
                        "zxid", facts.status().lastZxid(),
                        "digest", facts.status().treeDigest(),
                        "digest_version", 2)));
    }

    private static Map<String, Object> lastSnapshot(ServerFacts facts) {
        long zxid = Math.max(0, facts.status().lastSnapshotZxid());
        Path file = facts.config().dataDir().resolve("version-2").resolve("snapshot." + Long.toHexString(zxid));
        long seconds;
        try {
            seconds = Files.getLastModifiedTime(file).toMillis() / 1000;
        } catch (java.io.IOException e) {
            seconds = -1; // there is none yet
        }
        return fields("zxid", Long.toHexString(zxid), "timestamp", seconds);
    }

    private static Map<String, Object> serverStats(ServerFacts facts) {
        Map<String, Object> responses = sizes(facts.traffic().responses());
        Map<String, Object> stats = fields(
                "packets_sent", facts.traffic().sent(),
                "packets_received", facts.traffic().received(),
                "fsync_threshold_exceed_count", facts.slowSyncs(),
                "client_response_stats", responses,
                "data_dir_size", DirectorySize.of(facts.config().dataDir()),
                "log_dir_size", DirectorySize.of(facts.config().dataLogDir()),
                "provider_null", false,
                "last_processed_zxid", facts.status().lastZxid(),
                "outstanding_requests", facts.traffic().outstanding(),
                "server_state", facts.mode(),
                "avg_latency", facts.traffic().averageLatency(),
                "max_latency", facts.traffic().maxLatency(),
                "min_latency", facts.traffic().minLatency(),
                "num_alive_client_connections", facts.traffic().alive(),
                "uptime", facts.uptimeMillis(),
                "auth_failed_count", 0,
                "non_mtlsremote_conn_count", 0,
                "non_mtlslocal_conn_count", 0);
        Map<String, Object> fields = fields(
                "version",
                facts.version(),
                "read_only",
                facts.status().readOnly(),
                "server_stats",
                stats,
                "client_response",
                responses,
                "node_count",
                facts.status().znodes());
        if (facts.leading()) {
            fields.put("proposal_stats", sizes(facts.status().proposals()));
        }
        return fields;
    }

    private static Map<String, Object> sizes(ByteSizes sizes) {
        return fields("last_buffer_size", sizes.last(), "min_buffer_size", sizes.min(), "max_buffer_size", sizes.max());
    }

    private static Map<String, Object> stats(ServerFacts facts) {
        Map<String, Object> fields = serverStats(facts);
        fields.putAll(connections(facts, false));
        return fields;
    }

    private static Map<String, Object> watchSummary(ServerFacts facts) {
        MemberDetails details = facts.asked();
        return fields(
                "num_connections",
                details.dataWatches().size(),
                "num_paths",
                details.watchedPaths(),
                "num_total_watches",
                details.watches());
    }

    private static Map<String, Object> watches(ServerFacts facts) {
        return fields("session_id_to_watched_paths", facts.asked().dataWatches());
    }

    private static Map<String, Object> watchesByPath(ServerFacts facts) {
        return fields("path_to_session_ids", facts.asked().watchersByPath());
    }
}
