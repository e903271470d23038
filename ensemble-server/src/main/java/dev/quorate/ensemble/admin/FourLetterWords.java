package dev.quorate.ensemble.admin;

import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.core.MemberDetails;
import dev.quorate.ensemble.port.ByteSizes;
import dev.quorate.ensemble.port.ConnectionStatistics;
import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.quorum.Member;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The answers to four-letter words.
public final class FourLetterWords {
    private static final Set<String> KNOWN = Set.of(
            "ruok", "isro", "srvr", "stat", "cons", "crst", "srst", "conf", "dump", "envi", "wchs", "wchc", "wchp",
            "dirs", "hash", "gtmk", "stmk", "mntr");

    private FourLetterWords() {}

    public static boolean known(String word) {
        return KNOWN.contains(word);
    }

    /// Null where `word` is none of them. `crst` and `srst` only say so: the caller resets.
    public static @Nullable String answer(String word, ServerFacts facts) {
        if (!known(word)) {
            return null;
        }
        if (!facts.config().admin().answers(word)) {
            return word + " is not executed because it is not in the whitelist.\n";
        }
        switch (word) {
            case "ruok":
                return "imok";
            case "isro":
                return facts.status().readOnly() ? "ro" : facts.status().serving() ? "rw" : "null";
            case "envi":
                return environment(facts);
            case "gtmk", "stmk":
                return "306";
            default:
                break;
        }
        if (!facts.answering()) {
            return ServerFacts.NOT_SERVING + "\n";
        }
        return switch (word) {
            case "srvr" -> server(facts, false);
            case "stat" -> server(facts, true);
            case "cons" -> connections(facts);
            case "crst" -> "Connection stats reset.\n";
            case "srst" -> "Server stats reset.\n";
            case "conf" -> configuration(facts);
            case "dump" -> dump(facts);
            case "wchs" -> {
                MemberDetails details = facts.asked();
                yield "%d connections watching %d paths\nTotal watches:%d\n"
                        .formatted(details.dataWatches().size(), details.watchedPaths(), details.watches());
            }
            case "wchc" -> watchesBySession(facts.asked());
            case "wchp" -> watchesByPath(facts.asked());
            case "dirs" ->
                "datadir_size: %d\nlogdir_size: %d\n"
                        .formatted(
                                DirectorySize.of(facts.config().dataDir()),
                                DirectorySize.of(facts.config().dataLogDir()));
            case "hash" ->
                "%x: %d\n".formatted(facts.status().lastZxid(), facts.status().treeDigest());
            default -> monitor(facts);
        };
    }

    private static String server(ServerFacts facts, boolean clients) {
        StringBuilder text =
                new StringBuilder("Zookeeper version: ").append(facts.version()).append('\n');
        if (clients) {
            text.append("Clients:\n");
            for (ConnectionStatistics connection : facts.connections()) {
                text.append(" /%s[%d](queued=%d,recved=%d,sent=%d)\n"
                        .formatted(
                                connection.remote(),
                                connection.interestOps(),
                                connection.outstanding(),
                                connection.received(),
                                connection.sent()));
            }
            text.append('\n');
        }
        text.append("Latency min/avg/max: %d/%s/%d\n"
                .formatted(
                        facts.traffic().minLatency(),
                        Monitor.decimal(facts.traffic().averageLatency()),
                        facts.traffic().maxLatency()));
        text.append("Received: ").append(facts.traffic().received()).append('\n');
        text.append("Sent: ").append(facts.traffic().sent()).append('\n');
        text.append("Connections: ").append(facts.traffic().alive()).append('\n');
        text.append("Outstanding: ").append(facts.traffic().outstanding()).append('\n');
        text.append("Zxid: 0x")
                .append(Long.toHexString(facts.status().lastZxid()))
                .append('\n');
        text.append("Mode: ").append(facts.mode()).append('\n');
        text.append("Node count: ").append(facts.status().znodes()).append('\n');
        if (facts.leading()) {
            ByteSizes sizes = facts.status().proposals();
            text.append("Proposal sizes last/min/max: %d/%d/%d\n".formatted(sizes.last(), sizes.min(), sizes.max()));
        }
        return text.toString();
    }

    private static String connections(ServerFacts facts) {
        StringBuilder text = new StringBuilder();
        for (ConnectionStatistics c : facts.connections()) {
            text.append(" /%s[%d](queued=%d,recved=%d,sent=%d"
                    .formatted(c.remote(), c.interestOps(), c.outstanding(), c.received(), c.sent()));
            if (c.sessionId() != 0) {
                text.append(String.format(
                        Locale.ROOT,
                        ",sid=0x%x,lop=%s,est=%d,to=%d,lcxid=0x%x,lzxid=0x%x,lresp=%d,llat=%d,minlat=%d,avglat=%d,maxlat=%d",
                        c.sessionId(),
                        OperationNames.of(c.lastOpCode()),
                        c.established(),
                        c.sessionTimeout(),
                        c.lastXid(),
                        c.lastZxid(),
                        c.lastReply(),
                        c.lastLatency(),
                        c.minLatency(),
                        (long) c.averageLatency(),
                        c.maxLatency()));
            }
            text.append(")\n");
        }
        return text.append('\n').toString();
    }

    private static int securePort(ServerConfig.@Nullable ClientTls tls) {
        return tls == null || tls.endpoint() == null ? -1 : tls.endpoint().port();
    }

    private static String configuration(ServerFacts facts) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Object> entry : Commands.configuration(facts).entrySet()) {
            text.append(CONF_NAMES.getOrDefault(entry.getKey(), entry.getKey()));
            text.append('=').append(entry.getValue()).append('\n');
            // What the admin server's answer has not.
            switch (entry.getKey()) {
                case "client_port" ->
                    text.append("secureClientPort=")
                            .append(securePort(facts.config().clientTls()))
                            .append('\n');
                case "data_dir" -> sizeLine(text, "dataDirSize", facts.config().dataDir());
                case "data_log_dir" ->
                    sizeLine(text, "dataLogSize", facts.config().dataLogDir());
                default -> {}
            }
        }
        if (facts.config().quorum().members() != null) {
            text.append("membership: \n");
            for (Member member : facts.status().config().members().values()) {
                text.append(ConfigText.line(member)).append('\n');
            }
            text.append("version=")
                    .append(Long.toHexString(facts.status().config().version()));
        }
        return text.toString();
    }

    private static void sizeLine(StringBuilder text, String name, Path directory) {
        text.append(name).append('=').append(DirectorySize.of(directory)).append('\n');
    }

    private static final Map<String, String> CONF_NAMES = Map.ofEntries(
            Map.entry("client_port", "clientPort"),
            Map.entry("data_dir", "dataDir"),
            Map.entry("data_log_dir", "dataLogDir"),
            Map.entry("tick_time", "tickTime"),
            Map.entry("max_client_cnxns", "maxClientCnxns"),
            Map.entry("min_session_timeout", "minSessionTimeout"),
            Map.entry("max_session_timeout", "maxSessionTimeout"),
            Map.entry("client_port_listen_backlog", "clientPortListenBacklog"),
            Map.entry("server_id", "serverId"),
            Map.entry("init_limit", "initLimit"),
            Map.entry("sync_limit", "syncLimit"),
            Map.entry("election_alg", "electionAlg"),
            Map.entry("election_port", "electionPort"),
            Map.entry("quorum_port", "quorumPort"),
            Map.entry("peer_type", "peerType"));

    /// Sessions in the form of a follower's answer, whatever this server is: which expires when, the leader's buckets
    /// know.
    private static String dump(ServerFacts facts) {
        MemberDetails details = facts.asked();
        StringBuilder text = new StringBuilder("SessionTracker dump:\n");
        text.append("Global Sessions(").append(details.sessions().size()).append("):\n");
        details.sessions().forEach((session, timeout) -> text.append("0x%x\t%dms\n".formatted(session, timeout)));
        text.append("ephemeral nodes dump:\n");
        text.append("Sessions with Ephemerals (%d):\n"
                .formatted(details.ephemerals().size()));
        details.ephemerals().forEach((session, paths) -> list(text, "0x%x:".formatted(session), paths));
        text.append("Connections dump:\nConnections Sets (1)/(%d):\n"
                .formatted(facts.connections().size()));
        for (ConnectionStatistics connection : facts.connections()) {
            text.append("\tip: /%s sessionId: 0x%x\n".formatted(connection.remote(), connection.sessionId()));
        }
        return text.toString();
    }

    private static void list(StringBuilder text, String head, Iterable<String> lines) {
        text.append(head).append('\n');
        lines.forEach(line -> text.append('\t').append(line).append('\n'));
    }

    private static String watchesBySession(MemberDetails details) {
        StringBuilder text = new StringBuilder();
        details.dataWatches().forEach((session, paths) -> list(text, "0x%x".formatted(session), paths));
        return text.append('\n').toString();
    }

    private static String watchesByPath(MemberDetails details) {
        StringBuilder text = new StringBuilder();
        details.watchersByPath()
                .forEach((path, sessions) -> list(
                        text, path, sessions.stream().map("0x%x"::formatted).toList()));
        return text.append('\n').toString();
    }

    private static String environment(ServerFacts facts) {
        StringBuilder text = new StringBuilder("Environment:\n");
        Commands.environment(facts)
                .forEach((key, value) ->
                        text.append(key).append('=').append(value).append('\n'));
        return text.toString();
    }

    private static String monitor(ServerFacts facts) {
        StringBuilder text = new StringBuilder();
        Monitor.of(facts).forEach((key, value) -> text.append("zk_")
                .append(key)
                .append('\t')
                .append(value instanceof Double decimal ? Monitor.decimal(decimal) : value)
                .append('\n'));
        return text.toString();
    }
}
