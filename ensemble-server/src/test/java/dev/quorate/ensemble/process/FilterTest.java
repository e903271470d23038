package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.PersistedStat;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import dev.quorate.ensemble.storage.SnapshotFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The verbs `filter` and `inspect` through the launcher, on what servers of both kinds left when they were killed.
class FilterTest {
    private static final String[] SETTINGS = {
        "extendedTypesEnabled=true", "znode.container.checkIntervalMs=100000000", "snapCount=30"
    };

    @TempDir
    Path directory;

    private record Run(int code, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    private Run verb(String jvmArgs, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of("bin/quorate-server").toAbsolutePath().toString());
        Stream.of(arguments).map(String::valueOf).forEach(command::add);
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("QUORATE_JVM_ARGS", jvmArgs);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        int code = builder.start().waitFor();
        return new Run(code, Files.readString(out), Files.readString(err));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void bothServersStartOnWhatIsFilteredAndGiveNoNameTwice(Kind kind) throws Exception {
        Path source;
        SortedMap<String, String> before;
        List<String> given = new ArrayList<>();
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory.resolve("old"), List.of(kind), SETTINGS)) {
            ServerProcess server = ensemble.startAll().awaitServing().server(1);
            try (ZooKeeper client = StockClient.connect(server.address());
                    ZooKeeper other = StockClient.connect(server.address())) {
                write(client, other, given);
                before = withoutEphemerals(StockClient.dump(server));
                server.kill();
            }
            source = server.dataDir();
        }
        Files.setPosixFilePermissions(source.resolve("version-2"), PosixFilePermissions.fromString("r-xr-xr-x"));
        JsonNode found = verb("", "inspect", source, "--output-format", "json").json();
        assertThat(found.path("sessions").asInt()).isGreaterThanOrEqualTo(2);
        assertThat(found.path("ephemerals").asInt()).isEqualTo(11);
        assertThat(found.path("containers").asInt()).isEqualTo(2);
        assertThat(found.path("ttlZnodes").asInt()).isEqualTo(1);

        Path clean = directory.resolve("clean");
        Run filter = verb("", "filter", "--data-dir", source, "--output", clean, "--output-format", "json");
        assertThat(filter.code()).as(filter.err()).isZero();
        assertThat(filter.json().path("ephemeralsStripped").asInt()).isEqualTo(11);
        assertThat(filter.json().path("touchedParents").asInt()).isEqualTo(2);
        assertThat(filter.json().path("zxid").asText()).isEqualTo("0x" + Long.toHexString(1024L << 32));
        JsonNode left = verb("", "inspect", clean, "--output-format", "json").json();
        assertThat(left.path("sessions").asInt()).isZero();
        assertThat(left.path("ephemerals").asInt()).isZero();
        assertThat(left.path("znodes").asInt())
                .isEqualTo(filter.json().path("znodes").asInt());

        for (Kind next : Kind.values()) {
            Path home = directory.resolve("new-" + next);
            // A snapshot with a digest is refused by Apache's server without digests.
            String[] settings = Arrays.copyOf(SETTINGS, SETTINGS.length + 1);
            settings[SETTINGS.length] = "digest.enabled=" + (kind == Kind.QUORATE);
            try (ProcessEnsemble ensemble = new ProcessEnsemble(home, Collections.nCopies(3, next), settings)) {
                for (ServerProcess server : ensemble.servers()) {
                    copy(clean.resolve("version-2"), server.dataDir().resolve("version-2"));
                }
                ensemble.startAll().awaitServing();
                assertThat(withoutEphemerals(StockClient.dump(ensemble.server(1))))
                        .as("tree under %s", next)
                        .isEqualTo(before);
                for (ServerProcess server : ensemble.servers()) {
                    assertThat(server.ask("mntr"))
                            .containsPattern("zk_digest_mismatches_count\\s0\\n")
                            .containsPattern("zk_ephemerals_count\\s0\\n");
                }
                try (ZooKeeper client = StockClient.connect(ensemble.connectString())) {
                    String fresh = client.create(
                            "/locks/n-", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
                    assertThat(given).allMatch(name -> name.compareTo(fresh) < 0);
                }
            }
        }
    }

    private static void write(ZooKeeper client, ZooKeeper other, List<String> given) throws Exception {
        client.create("/locks", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
        client.create("/read", new byte[] {1}, Ids.READ_ACL_UNSAFE, CreateMode.PERSISTENT);
        client.create("/data", new byte[] {1}, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        for (int i = 0; i < 10; i++) {
            given.add(client.create("/locks/n-", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL));
            given.add(other.create("/locks/n-", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL));
            other.delete(given.getLast(), -1);
            client.create("/data/n-", new byte[i], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
        }
        client.create("/ttl", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, null, 1_000_000_000);
        client.multi(List.of(
                Op.create("/m", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                Op.create("/m/c", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER),
                Op.create("/here", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL),
                Op.setData("/data", new byte[] {2}, 0)));
    }

    /// Znodes with an owner go; of the others' Stat, what closing sessions and the margins change goes.
    private static SortedMap<String, String> withoutEphemerals(SortedMap<String, String> dump) {
        SortedMap<String, String> kept = new TreeMap<>();
        dump.forEach((path, text) -> {
            int stat = text.lastIndexOf(' ') + 1;
            String[] fields = text.substring(stat).split(",");
            boolean owned = !fields[7].equals("0");
            fields[5] = fields[9] = fields[10] = "";
            if (!owned) {
                kept.put(path, text.substring(0, stat) + String.join(",", fields));
            }
        });
        return kept;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void aTreeAndEphemeralsFarLargerThanTheHeapAreFiltered() throws Exception {
        Path source = directory.resolve("big");
        SnapshotFile file = new SnapshotFile(Files.createDirectories(source.resolve("version-2")), 0x1_0000_0000L);
        file.write(new SnapshotChunk.Head(Map.of(7L, 5000), Map.of()));
        file.write(new SnapshotChunk.Nodes(List.of(node("", 0, 0), node("/n", 0, 0))));
        for (int i = 0; i < 3000; i++) {
            // 50 znodes of a kilobyte, or one of half a megabyte, or 1000 locks without data, each in a folder or not.
            List<SnapshotChunk.Node> nodes = new ArrayList<>();
            for (int j = 0; j < 1000 && i % 10 == 5; j++) {
                nodes.add(node("/n/" + i + "-" + j, 0, j < 500 ? 7 : 0));
                if (j >= 500) {
                    nodes.add(node("/n/" + i + "-" + j + "/lock", 0, 8));
                }
            }
            for (int j = 0; j < (i % 20 == 0 ? 1 : 50); j++) {
                nodes.add(node("/n/" + i + "-" + j + "d", i % 20 == 0 ? 1 << 19 : 1024, j % 3 == 1 ? 7 : 0));
            }
            file.write(new SnapshotChunk.Nodes(nodes));
        }
        file.write(new SnapshotChunk.End(0, 0));
        assertThat(Files.size(file.finish())).isGreaterThan(200 << 20);
        Path clean = directory.resolve("clean");
        Run run = verb("-Xmx64m", "filter", "--data-dir", source, "--output", clean, "--output-format", "json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().path("znodes").asInt()).isEqualTo(2 + 150 + 300 * 500 + 2850 * 33);
        assertThat(run.json().path("ephemeralsStripped").asInt()).isEqualTo(300 * 1000 + 2850 * 17);
        assertThat(run.json().path("touchedParents").asInt()).isEqualTo(1 + 300 * 500);
    }

    private static SnapshotChunk.Node node(String path, int bytes, long owner) {
        return new SnapshotChunk.Node(path, new byte[bytes], -1, new PersistedStat(1, 1, 0, 0, 0, 0, 0, owner, 1));
    }

    @Test
    void whatCannotBeDoneIsOneLineAndLeavesNothing() throws Exception {
        Path source = directory.resolve("source");
        Files.createDirectories(source.resolve("version-2"));
        Path output = directory.resolve("output");
        refused(1, source + "/version-2: neither a snapshot nor a log is there", source, output);
        refused(1, directory + "/missing: no data of a server", directory.resolve("missing"), output);
        refused(2, "--epoch-margin: 0 is not allowed, at least 1", source, output, "--epoch-margin", "0");
        refused(2, "--keep-zxid excludes", source, output, "--keep-zxid", "--epoch-above=3");
        refused(2, "--sequence-margin: -1", source, output, "--sequence-margin=-1");
        assertThat(output).doesNotExist();
        Files.createDirectory(output);
        Files.writeString(output.resolve("mine"), "", StandardCharsets.UTF_8);
        refused(1, output + ": the output must be empty, but holds mine", source, output);
        Run backup = verb("", "backup", "--leader=127.0.0.1:1", "--output", directory, "--id=x");
        assertThat(backup.code()).isEqualTo(75);
        assertThat(backup.err()).hasLineCount(1).contains("no leader at 127.0.0.1:1: ");
        assertThat(directory.resolve(".x.partial")).doesNotExist();
        Path told = directory.resolve("told");
        Run restore = verb(
                "",
                "restore",
                "--from=" + directory,
                "--data-dir=" + directory.resolve("volume"),
                "--ensemble-uid=u",
                "--incarnation=1",
                "--member-id=1",
                "--termination-log=" + told);
        assertThat(restore.code()).isEqualTo(1);
        assertThat(restore.err()).hasLineCount(1).contains(directory + ": no backup is there");
        assertThat(told).hasContent(restore.err().strip());
    }

    private void refused(int code, String message, Path source, Path output, String... more) throws Exception {
        List<Object> arguments = new ArrayList<>(List.of("filter", "--data-dir", source, "--output", output));
        arguments.addAll(List.of(more));
        Run run = verb("", arguments.toArray());
        assertThat(run.err()).hasLineCount(1).contains(message);
        assertThat(run.code()).isEqualTo(code);
        assertThat(run.out()).isEmpty();
    }
}
