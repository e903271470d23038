package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quorate.ensemble.backup.Backups;
import dev.quorate.ensemble.backup.Greeting;
import dev.quorate.ensemble.backup.LeaderLostException;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import dev.quorate.ensemble.storage.SnapshotFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A backup is taken from a leader of either kind while clients hold locks; a new ensemble of either kind starts on it
/// without anything of the old sessions.
class BackupAndRestoreTest {
    private static final String[] SETTINGS = {"extendedTypesEnabled=true", "znode.container.checkIntervalMs=100000000"};

    @TempDir
    Path directory;

    @ParameterizedTest(name = "from {0} to {1}, {2} nodes before the leader came")
    @CsvSource({"QUORATE, APACHE, 0", "APACHE, QUORATE, 0", "QUORATE, QUORATE, 1200", "APACHE, APACHE, 1200"})
    void whatIsRestoredIsWhatWasCommittedWithoutSessions(Kind from, Kind to, int nodes) throws Exception {
        Path backups = Files.createDirectory(directory.resolve("backups"));
        SortedMap<String, String> before;
        String lastLock;
        JsonNode manifest;
        try (ProcessEnsemble ensemble =
                new ProcessEnsemble(directory.resolve("old"), Collections.nCopies(3, from), SETTINGS)) {
            ensemble.startAll().awaitServing();
            try (ZooKeeper client = StockClient.connect(ensemble.connectString());
                    ZooKeeper other = StockClient.connect(ensemble.connectString())) {
                lastLock = write(client, other, nodes);
                manifest = take(ensemble, backups, "FIRST");
                assertThat(manifest.path("sessionsStripped").asInt()).isEqualTo(2);
                assertThat(manifest.path("ephemeralsStripped").asInt()).isEqualTo(3);
                assertThat(manifest.path("touchedParents").asInt()).isEqualTo(2);
                Instant time = Instant.parse(manifest.path("time").asText());
                assertThat(time.toEpochMilli())
                        .isGreaterThanOrEqualTo(client.exists("/locks", false).getCtime());
            }
            before = withoutWhatTheStripChanges(StockClient.dump(ensemble.server(1)));
        }
        try (ProcessEnsemble ensemble =
                new ProcessEnsemble(directory.resolve("new"), Collections.nCopies(3, to), SETTINGS)) {
            for (ServerProcess server : ensemble.servers()) {
                Backups.restore(backups.resolve("FIRST"), server.dataDir(), 77);
            }
            ensemble.startAll().awaitServing();
            assertThat(withoutWhatTheStripChanges(StockClient.dump(ensemble.server(1))))
                    .isEqualTo(before);
            for (ServerProcess server : ensemble.servers()) {
                assertThat(server.ask("mntr"))
                        .containsPattern("zk_digest_mismatches_count\\s0\\n")
                        .containsPattern("zk_ephemerals_count\\s0\\n");
            }
            if (to == Kind.QUORATE) {
                assertThat(ensemble.leader().ask("mntr"))
                        .containsPattern(
                                "zk_znode_count\\s" + manifest.path("znodes").asInt() + "\\n");
            }
            try (ZooKeeper client = StockClient.connect(ensemble.connectString())) {
                String next = client.create(
                        "/locks/lock-", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
                assertThat(next).isGreaterThan(lastLock).isEqualTo("/locks/lock-0001000002");
                // 77 was the highest epoch anyone knew of; 1024 above it, and one for the election.
                assertThat(client.exists(next, false).getCzxid() >> 32).isEqualTo(77 + 1024 + 1);
            }
        }
    }

    private static String write(ZooKeeper client, ZooKeeper other, int nodes) throws Exception {
        client.create("/many", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        CountDownLatch created = new CountDownLatch(nodes);
        createMany(client, nodes, created);
        created.await();
        client.create("/locks", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
        client.create("/locks/lock-", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
        client.create("/ttl", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, null, 1_000_000_000);
        client.create("/here", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        return other.create("/locks/lock-", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
    }

    private static void createMany(ZooKeeper client, int nodes, CountDownLatch created) {
        for (int i = 0; i < nodes; i++) {
            client.create(
                    "/many/n-",
                    new byte[50],
                    Ids.READ_ACL_UNSAFE,
                    CreateMode.PERSISTENT_SEQUENTIAL,
                    (_, _, _, _) -> created.countDown(),
                    null);
        }
    }

    /// The snapshot that the leader sends is fuzzy then, and transactions come behind it.
    @ParameterizedTest
    @EnumSource(Kind.class)
    void aBackupUnderWritesHoldsAllUpToOneOfThemAndWhatWasAcknowledgedBefore(Kind kind) throws Exception {
        Path backups = Files.createDirectory(directory.resolve("backups"));
        try (ProcessEnsemble ensemble =
                new ProcessEnsemble(directory.resolve("e"), Collections.nCopies(3, kind), SETTINGS)) {
            ensemble.startAll().awaitServing();
            try (ZooKeeper client = StockClient.connect(ensemble.connectString())) {
                client.create("/many", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                int port = quorumPort(ensemble.leader());
                CountDownLatch created = new CountDownLatch(8000);
                createMany(client, 8000, created);
                for (int i = 0; created.getCount() > 0; i++) {
                    long acknowledged = 8000 - created.getCount();
                    Path backup = backups.resolve("B" + i);
                    Backups.take("127.0.0.1", port, Greeting.NONE, backups, "B" + i);
                    JsonNode manifest = new ObjectMapper().readTree(Files.readString(backup.resolve("manifest.json")));
                    SortedMap<String, SnapshotChunk.Node> nodes = new TreeMap<>();
                    SnapshotFiles.read(backup.resolve(manifest.path("file").asText()), chunk -> {
                        if (chunk instanceof SnapshotChunk.Nodes some) {
                            some.nodes().forEach(node -> nodes.put(node.path(), node));
                        }
                    });
                    int many = nodes.get("/many").stat().createCount();
                    assertThat(many).isGreaterThanOrEqualTo((int) acknowledged);
                    assertThat(nodes.tailMap("/many/").headMap("/many0").keySet())
                            .containsExactlyElementsOf(IntStream.range(0, many)
                                    .mapToObj("/many/n-%010d"::formatted)
                                    .toList());
                }
            }
        }
    }

    private static JsonNode take(ProcessEnsemble ensemble, Path backups, String id) throws IOException {
        String line = Backups.take("127.0.0.1", quorumPort(ensemble.leader()), Greeting.NONE, backups, id);
        assertThat(Files.readString(backups.resolve(id).resolve("manifest.json")))
                .isEqualTo(line + "\n");
        assertThat(backups.resolve(id)).isDirectoryNotContaining("glob:**/received");
        return new ObjectMapper().readTree(line);
    }

    private static int quorumPort(ServerProcess server) throws IOException {
        String id = Files.readString(server.dataDir().resolve("myid")).strip();
        return Files.readString(server.directory().resolve("zoo.cfg"))
                .lines()
                .filter(line -> line.startsWith("server." + id + "="))
                .mapToInt(line -> Integer.parseInt(line.split(":")[1]))
                .findFirst()
                .orElseThrow();
    }

    /// All but cversion, the number of children and pzxid, which closing sessions changes too, for the znodes that had
    /// ephemerals below them; and the root, whose children the ensemble itself makes.
    private static SortedMap<String, String> withoutWhatTheStripChanges(SortedMap<String, String> dump) {
        SortedMap<String, String> kept = new TreeMap<>();
        dump.forEach((path, text) -> {
            int stat = text.lastIndexOf(' ') + 1;
            String[] fields = text.substring(stat).split(",");
            fields[5] = fields[9] = fields[10] = "";
            kept.put(path, text.substring(0, stat) + String.join(",", fields));
        });
        return kept;
    }

    @Test
    void anAddressWhereNobodyLeadsIsToBeTriedAgainAndLeavesNothing() throws Exception {
        try (ProcessEnsemble ensemble =
                new ProcessEnsemble(directory.resolve("e"), Collections.nCopies(3, Kind.QUORATE), SETTINGS)) {
            ensemble.startAll().awaitServing();
            Path backups = Files.createDirectory(directory.resolve("backups"));
            for (ServerProcess server : ensemble.servers()) {
                if (!server.mode().equals("leader")) {
                    int port = quorumPort(server);
                    assertThatThrownBy(() -> Backups.take("127.0.0.1", port, Greeting.NONE, backups, "X"))
                            .isInstanceOf(LeaderLostException.class)
                            .hasMessageContaining("127.0.0.1:" + port);
                }
            }
            assertThat(backups).isEmptyDirectory();
        }
    }

    @Test
    void aBackupIsRestoredOnceAndTheSameEverywhere() throws Exception {
        Path backups = Files.createDirectory(directory.resolve("backups"));
        try (ProcessEnsemble ensemble =
                new ProcessEnsemble(directory.resolve("e"), Collections.nCopies(3, Kind.QUORATE), SETTINGS)) {
            ensemble.startAll().awaitServing();
            take(ensemble, backups, "A");
            take(ensemble, backups, "B");
            assertThatThrownBy(() -> take(ensemble, backups, "A")).hasMessageContaining("is there already");
        }
        Path one = Files.createDirectory(directory.resolve("one"));
        Path two = Files.createDirectory(directory.resolve("two"));
        String line = Backups.restore(backups.resolve("A"), one, 0);
        assertThat(Backups.restore(backups.resolve("A"), two, 0)).isEqualTo(line);
        try (var files = Files.list(one.resolve("version-2"))) {
            for (Path file : files.toList()) {
                assertThat(two.resolve("version-2").resolve(file.getFileName())).hasSameBinaryContentAs(file);
            }
        }
        Files.writeString(one.resolve("version-2/currentEpoch"), "4711");
        assertThat(Backups.restore(backups.resolve("A"), one, 0)).isEqualTo(line);
        assertThat(one.resolve("version-2/currentEpoch")).hasContent("4711");
        assertThatThrownBy(() -> Backups.restore(backups.resolve("B"), one, 0))
                .hasMessageContaining("restored from backup A before");
        Files.move(backups.resolve("A"), backups.resolve("C"));
        assertThat(Backups.restore(backups.resolve("A"), one, 0)).isEqualTo(line);
        assertThat(Backups.restore(backups.resolve("C"), one, 0)).isEqualTo(line);
        assertThatThrownBy(() -> Backups.restore(backups.resolve("D"), one, 0))
                .hasMessageContaining("restored from backup A before");
    }

    @Test
    void aDamagedBackupIsRefusedBeforeTheVolumeIsTouched() throws Exception {
        Path backups = Files.createDirectory(directory.resolve("backups"));
        JsonNode manifest;
        try (ProcessEnsemble ensemble =
                new ProcessEnsemble(directory.resolve("e"), Collections.nCopies(3, Kind.QUORATE), SETTINGS)) {
            ensemble.startAll().awaitServing();
            manifest = take(ensemble, backups, "A");
        }
        Path file = backups.resolve("A").resolve(manifest.path("file").asText());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Path volume = Files.createDirectory(directory.resolve("volume"));
        assertThatThrownBy(() -> Backups.restore(backups.resolve("A"), volume, 0))
                .hasMessageContaining(file + ": its SHA-256 is");
        assertThat(volume).isEmptyDirectory();
        assertThatThrownBy(() -> Backups.restore(backups, volume, 0))
                .hasMessageContaining(backups + ": no backup is there: it has no manifest.json");
    }
}
