package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The four-letter words of a server of each kind in one ensemble, with one client on each that did the same: lines
/// have the same shape, and what is counted is the same.
class FourLetterWordsTest {
    /// Of the Java pipeline, of TLS or of audit: no such thing here (server-operations.md (b) lists what every server
    /// has).
    private static final Set<String> FIXED = Set.of(
            "zk_version",
            "zk_server_state",
            "zk_peer_state",
            "zk_quorum_size",
            "zk_ephemerals_count",
            "zk_num_alive_connections",
            "zk_avg_latency",
            "zk_min_latency",
            "zk_max_latency",
            "zk_outstanding_requests",
            "zk_znode_count",
            "zk_watch_count",
            "zk_approximate_data_size",
            "zk_global_sessions",
            "zk_local_sessions",
            "zk_packets_received",
            "zk_packets_sent",
            "zk_open_file_descriptor_count",
            "zk_max_file_descriptor_count",
            "zk_uptime",
            "zk_connection_drop_probability",
            "zk_auth_failed_count");

    private static final Set<String> SAME = Set.of(
            "zk_server_state",
            "zk_peer_state",
            "zk_quorum_size",
            "zk_ephemerals_count",
            "zk_znode_count",
            "zk_watch_count",
            "zk_global_sessions",
            "zk_approximate_data_size");

    @Test
    void linesHaveTheShapeOfApacheZooKeepers(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble =
                new ProcessEnsemble(directory, List.of(Kind.APACHE, Kind.QUORATE, Kind.QUORATE))) {
            ensemble.startAll().awaitServing();
            ServerProcess theirs = ensemble.server(1);
            ServerProcess ours = ensemble.leader() == ensemble.server(2) ? ensemble.server(3) : ensemble.server(2);
            try (ZooKeeper atTheirs = StockClient.connect(theirs.address());
                    ZooKeeper atOurs = StockClient.connect(ours.address())) {
                atTheirs.create("/a", new byte[10], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                atTheirs.create("/e1", new byte[10], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
                atOurs.create("/e2", new byte[10], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
                for (ZooKeeper client : List.of(atTheirs, atOurs)) {
                    client.create("/sync-", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
                    client.getData("/a", event -> {}, null);
                    client.exists("/none", event -> {});
                    client.getChildren("/a", event -> {});
                }
                atTheirs.sync("/", (rc, path, context) -> {}, null);
                atTheirs.getData("/a", false, null);
                assertThat(names(ours.ask("cons"))).isEqualTo(names(theirs.ask("cons")));
                for (String word : List.of("ruok", "isro", "wchs", "crst", "srst")) {
                    assertThat(ours.ask(word)).as(word).isEqualTo(theirs.ask(word));
                }
                for (String word : List.of("srvr", "stat", "conf", "dirs", "wchc", "wchp", "dump")) {
                    assertThat(shape(ours.ask(word))).as(word).isEqualTo(shape(theirs.ask(word)));
                }
                Map<String, String> theirMonitor = monitor(theirs);
                assertThat(theirMonitor.keySet()).containsAll(FIXED);
                assertThat(monitor(ours).keySet()).containsAll(FIXED);
                assertThat(only(SAME, monitor(ours))).isEqualTo(only(SAME, theirMonitor));
            }
        }
    }

    private static Map<String, String> only(Set<String> names, Map<String, String> monitor) {
        Map<String, String> some = new TreeMap<>(monitor);
        some.keySet().retainAll(names);
        return some;
    }

    /// Lines without what differs from server to server and from moment to moment.
    private static Set<String> shape(String answer) {
        Set<String> lines = new TreeSet<>();
        for (String line : answer.split("\n")) {
            if (line.contains(" expire at ")) {
                continue; // docs/differences.md
            }
            lines.add(line.replaceAll("version: .*", "version: V")
                    .replaceAll("0x[0-9a-f]+", "X")
                    .replaceAll("^[0-9a-f]+: -?\\d+$", "HASH")
                    .replaceAll("/[^ ]*/data", "DIR")
                    .replaceAll("/127.0.0.1:\\d+", "ADDRESS")
                    .replaceAll("(clientPort|quorumPort|electionPort)=\\d+", "$1=P")
                    .replaceAll("serverId=\\d", "serverId=N")
                    .replaceAll("(?<=[=: (\\[/])-?\\d+(\\.\\d+)?(?![0-9.:])", "N"));
        }
        return lines;
    }

    private static Set<String> names(String answer) {
        Set<String> names = new TreeSet<>();
        for (String field : answer.strip().split("[(,)\n]")) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                names.add(field.substring(0, equals));
            }
        }
        return names;
    }

    private static Map<String, String> monitor(ServerProcess server) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : server.ask("mntr").split("\n")) {
            String[] parts = line.split("\t", 2);
            values.put(parts[0], parts.length > 1 ? parts[1] : "");
        }
        return new TreeMap<>(values);
    }
}
