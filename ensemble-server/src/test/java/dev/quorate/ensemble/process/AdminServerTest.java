package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The AdminServer of an ensemble of ours beside that of one of Apache ZooKeeper's: the same roles, and a client on
/// each
/// server that did the same. Fields have the same names and types, and the same values but for those that no two
/// servers
/// share.
class AdminServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> COMMANDS = List.of(
            "zabstate",
            "leader",
            "voting_view",
            "is_read_only",
            "configuration",
            "monitor",
            "server_stats",
            "stats",
            "connections",
            "watch_summary",
            "watches",
            "watches_by_path",
            "dirs",
            "last_snapshot",
            "hash",
            "ruok",
            "lead",
            "nonsense",
            "stat_reset",
            "connection_stat_reset");

    /// Values that differ from server to server or from moment to moment; only their types are compared.
    private static final Set<String> OF_THE_MOMENT = Set.of(
            "all_ports",
            "version",
            "uptime",
            "leader_uptime",
            "timestamp",
            "established",
            "last_response_time",
            "last_latency",
            "min_latency",
            "avg_latency",
            "max_latency",
            "remote_socket_address",
            "open_file_descriptor_count",
            // How many pings there were by now.
            "packets_sent",
            "packets_received",
            "last_client_response_size",
            "last_buffer_size",
            "last_operation",
            "last_cxid",
            // Theirs preallocates the log in larger steps, and its snapshots differ in number.
            "data_dir_size",
            "log_dir_size",
            "datadir_size",
            "logdir_size",
            // Of the last snapshot: theirs takes one whenever it has synchronised with a leader.
            "zxid",
            // Ours is of now, theirs of every 128th transaction (docs/differences.md).
            "digests");

    /// What their `monitor` has beyond the fields that every server has (server-operations.md (b)) counts what happens
    /// inside of their pipeline.
    private static final Set<String> MONITOR = Set.of(
            "version",
            "server_state",
            "peer_state",
            "quorum_size",
            "ephemerals_count",
            "num_alive_connections",
            "avg_latency",
            "min_latency",
            "max_latency",
            "outstanding_requests",
            "znode_count",
            "watch_count",
            "approximate_data_size",
            "global_sessions",
            "local_sessions",
            "packets_received",
            "packets_sent",
            "open_file_descriptor_count",
            "max_file_descriptor_count",
            "uptime",
            "connection_drop_probability",
            "last_client_response_size",
            "min_client_response_size",
            "max_client_response_size",
            "auth_failed_count",
            "non_mtls_local_conn_count",
            "non_mtls_remote_conn_count",
            "outstanding_tls_handshake",
            "learners",
            "synced_followers",
            "synced_non_voting_followers",
            "synced_observers",
            "pending_syncs",
            "leader_uptime",
            "last_proposal_size",
            "min_proposal_size",
            "max_proposal_size",
            "observer_master_id",
            "command",
            "error");

    /// What is in ours alone: their `conf` has it, their `configuration` has not.
    private static final Set<String> CONFIGURATION_OF_PEERS =
            Set.of("init_limit", "sync_limit", "election_alg", "election_port", "quorum_port", "peer_type");

    @Test
    void answersAreThoseOfApacheZooKeeper(@TempDir Path directory) throws Exception {
        Map<String, JsonNode> theirs = answers(directory.resolve("apache"), 2, Collections.nCopies(3, Kind.APACHE));
        Map<String, JsonNode> ours = answers(directory.resolve("quorate"), 2, Collections.nCopies(3, Kind.QUORATE));
        assertSame(ours, theirs);
    }

    @Test
    void answersOfAServerAloneAreThoseOfApacheZooKeeper(@TempDir Path directory) throws Exception {
        Map<String, JsonNode> theirs = answers(directory.resolve("apache"), 1, List.of(Kind.APACHE));
        Map<String, JsonNode> ours = answers(directory.resolve("quorate"), 1, List.of(Kind.QUORATE));
        assertSame(ours, theirs);
    }

    private static void assertSame(Map<String, JsonNode> ours, Map<String, JsonNode> theirs) {
        assertThat(ours.keySet()).isEqualTo(theirs.keySet());
        SoftAssertions.assertSoftly(softly -> theirs.forEach(
                (question, answer) -> softly.assertThat(ours.get(question).toPrettyString())
                        .as(question)
                        .isEqualTo(answer.toPrettyString())));
    }

    /// By role and command. Server 2 leads: it has the highest id of those that vote.
    private static Map<String, JsonNode> answers(Path directory, int participants, List<Kind> kinds) throws Exception {
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, participants, kinds);
                HttpClient http = HttpClient.newHttpClient()) {
            Map<ServerProcess, Integer> ports = new LinkedHashMap<>();
            for (ServerProcess server : ensemble.servers()) {
                ports.put(server, withAdminServer(server));
            }
            ensemble.startAll();
            Map<ServerProcess, String> roles = new LinkedHashMap<>();
            for (ServerProcess server : ensemble.servers()) {
                server.awaitServing();
            }
            for (ServerProcess server : ensemble.servers()) {
                roles.put(server, server.mode());
            }
            List<ZooKeeper> clients = new ArrayList<>();
            try {
                for (ServerProcess server : ensemble.servers()) {
                    clients.add(use(server));
                }
                for (ZooKeeper client : clients) {
                    StockClient.sync(client);
                }
                for (ServerProcess server : ensemble.servers()) {
                    for (String command : COMMANDS) {
                        JsonNode answer = ask(http, ports.get(server), command);
                        answers.put(roles.get(server) + " " + command, comparable(command, answer, server, ensemble));
                    }
                }
            } finally {
                for (ZooKeeper client : clients) {
                    client.close();
                }
            }
        }
        return answers;
    }

    private static ZooKeeper use(ServerProcess server) throws Exception {
        ZooKeeper client = StockClient.connect(server.address());
        client.create("/e-", new byte[10], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
        client.getData("/", event -> {}, null);
        client.exists("/none", event -> {});
        return client;
    }

    private static int withAdminServer(ServerProcess server) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        Path file = server.directory().resolve("zoo.cfg");
        String off = "admin.enableServer=false";
        assertThat(file).content().contains(off);
        Files.writeString(
                file,
                Files.readString(file)
                        .replace(
                                off,
                                "admin.enableServer=true\nadmin.serverAddress=127.0.0.1\nadmin.serverPort=" + port));
        return port;
    }

    private static JsonNode ask(HttpClient http, int port, String command) throws Exception {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/commands/" + command))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(command).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type"))
                .as(command)
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
        return JSON.readTree(response.body());
    }

    private static JsonNode comparable(
            String command, JsonNode answer, ServerProcess server, ProcessEnsemble ensemble) {
        ObjectNode object = (ObjectNode) answer;
        if (command.equals("monitor")) {
            object.retain(MONITOR);
        } else if (command.equals("configuration") && server.kind() == Kind.QUORATE) {
            object.remove(CONFIGURATION_OF_PEERS);
        }
        return normal("", answer, server, ensemble);
    }

    private static JsonNode normal(String name, JsonNode value, ServerProcess server, ProcessEnsemble ensemble) {
        if (OF_THE_MOMENT.contains(name)) {
            return JSON.valueToTree("some " + value.getNodeType());
        }
        return switch (value.getNodeType()) {
            case OBJECT -> {
                Map<String, JsonNode> fields = new TreeMap<>();
                value.forEachEntry(
                        (key, field) -> fields.put(text(key, server, ensemble), normal(key, field, server, ensemble)));
                yield JSON.valueToTree(fields);
            }
            case ARRAY -> {
                List<JsonNode> elements = new ArrayList<>();
                value.forEach(element -> elements.add(normal(name, element, server, ensemble)));
                elements.sort(Comparator.comparing(JsonNode::toString));
                ArrayNode sorted = JSON.createArrayNode();
                sorted.addAll(elements);
                yield sorted;
            }
            case STRING -> JSON.valueToTree(text(value.textValue(), server, ensemble));
            case NUMBER -> {
                String text = text(value.asText(), server, ensemble);
                yield text.equals(value.asText()) ? value : JSON.valueToTree("number " + text);
            }
            default -> value;
        };
    }

    /// Without ports, folders and session ids.
    private static String text(String text, ServerProcess server, ProcessEnsemble ensemble) {
        String normal = text.replace(server.directory().toString(), "DIR");
        for (ServerProcess each : ensemble.servers()) {
            normal = normal.replace(
                    Integer.toString(each.clientPort()),
                    "CLIENT-" + ensemble.servers().indexOf(each));
        }
        return normal.replaceAll("127\\.0\\.0\\.1:\\d+|0\\.0\\.0\\.0:\\d+", "ADDRESS")
                .replaceAll("^\\d{15,}$", "SESSION");
    }
}
