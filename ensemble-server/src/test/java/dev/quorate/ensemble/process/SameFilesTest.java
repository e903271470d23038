package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A directory written by one program is served by the other, to and fro, with nothing changed; digest checking is on.
/// Every type of transaction is in the logs, several snapshots stand between them, and servers end both ways.
class SameFilesTest {
    @ParameterizedTest(name = "{0} server(s), {1} first")
    @CsvSource({"1, APACHE", "3, QUORATE"})
    void eachProgramServesTheOthersDirectory(int servers, Kind first, @TempDir Path directory) throws Exception {
        Kind second = first == Kind.APACHE ? Kind.QUORATE : Kind.APACHE;
        try (ProcessEnsemble ensemble = new ProcessEnsemble(
                directory,
                Collections.nCopies(servers, first),
                "extendedTypesEnabled=true",
                "snapCount=40",
                "autopurge.purgeInterval=0",
                "znode.container.checkIntervalMs=200")) {
            SortedMap<String, String> before = null;
            // Each program reads what the other left behind after kill -9, and after an orderly end.
            boolean kill = true;
            for (Kind kind : List.of(first, second, first, second, first)) {
                for (ServerProcess server : ensemble.servers()) {
                    server.become(kind);
                }
                ensemble.startAll().awaitServing();
                if (before != null) {
                    assertThat(StockClient.dump(ensemble.server(1)))
                            .as("tree under " + kind)
                            .isEqualTo(before);
                }
                write(ensemble);
                before = StockClient.dump(ensemble.server(1));
                for (ServerProcess server : ensemble.servers()) {
                    assertThat(server.ask("mntr"))
                            .as(() -> kind + " at " + server.directory() + ":\n" + log(server))
                            .containsPattern("zk_digest_mismatches_count\\s0\\n");
                }
                for (ServerProcess server : ensemble.servers()) {
                    if (kill) {
                        server.kill();
                    } else {
                        server.stop();
                    }
                }
                kill = kind == first ? kill : !kill;
            }
            for (ServerProcess server : ensemble.servers()) {
                assertThat(Files.readString(server.log()))
                        .doesNotContainIgnoringCase("digest mismatch")
                        .doesNotContain("Digests are not matching");
                try (var files = Files.list(server.dataDir().resolve("version-2"))) {
                    assertThat(files.filter(
                                    file -> file.getFileName().toString().startsWith("snapshot.")))
                            .as("snapshots of %s", server.address())
                            .hasSizeGreaterThan(3);
                }
            }
        }
    }

    private static void write(ProcessEnsemble ensemble) throws Exception {
        try (ZooKeeper client = StockClient.connect(ensemble.connectString());
                ZooKeeper other = StockClient.connect(ensemble.connectString())) {
            String parent =
                    client.create("/p", new byte[] {1, 2}, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
            for (int i = 0; i < 60; i++) {
                client.create(parent + "/c-", new byte[i], Ids.READ_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
                client.setData(parent, new byte[] {3}, i);
            }
            other.create(parent + "/gone", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            other.create(parent + "/gone-", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
            client.create(
                    parent + "/ttl", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, null, 100_000_000);
            client.create(parent + "/stays", null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
            client.create(parent + "/create2", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, new Stat());
            client.delete(parent + "/c-0000000003", -1);
            failing(() -> client.delete(parent, -1));
            failing(() -> client.setData(parent, new byte[0], 12345));
            client.multi(List.of(
                    Op.create(parent + "/m", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                    Op.setData(parent + "/m", new byte[] {9}, 0),
                    Op.check(parent + "/m", 1),
                    Op.create(
                            parent + "/m/ttl",
                            new byte[0],
                            Ids.OPEN_ACL_UNSAFE,
                            CreateMode.PERSISTENT_WITH_TTL,
                            77_777_777),
                    Op.create(parent + "/m/container", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER),
                    Op.delete(parent + "/c-0000000004", -1)));
            failing(() -> client.multi(List.of(
                    Op.create(parent + "/never", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                    Op.check(parent + "/never", 7))));
            client.addAuthInfo("digest", "user:secret".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            client.create(parent + "/acl", new byte[0], Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
            client.setACL(parent + "/acl", Ids.OPEN_ACL_UNSAFE, 0);
            client.create(parent + "/reaped", null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
            client.create(parent + "/reaped/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            client.delete(parent + "/reaped/x", 0);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (client.exists(parent + "/reaped", false) != null) {
                assertThat(System.nanoTime()).as("the container is reaped").isLessThan(deadline);
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    private static String log(ServerProcess server) {
        try {
            return Files.readString(server.log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Call {
        void run() throws KeeperException, InterruptedException;
    }

    /// Failures are transactions too.
    private static void failing(Call call) throws InterruptedException {
        try {
            call.run();
        } catch (KeeperException e) {
            return;
        }
        throw new AssertionError("that should have failed");
    }
}
