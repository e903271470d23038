package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A directory written by one program is served by the other, to and fro, with nothing changed; digest checking is on.
class SameFilesTest {
    @ParameterizedTest(name = "{0} server(s), {1} first")
    @CsvSource({"1, APACHE", "1, QUORATE", "3, APACHE", "3, QUORATE"})
    void eachProgramServesTheOthersDirectory(int servers, Kind first, @TempDir Path directory) throws Exception {
        Kind second = first == Kind.APACHE ? Kind.QUORATE : Kind.APACHE;
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, Collections.nCopies(servers, first))) {
            SortedMap<String, String> before = null;
            for (Kind kind : List.of(first, second, first)) {
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
                    // Without an orderly end, so that the log has to be replayed.
                    server.kill();
                }
            }
            for (ServerProcess server : ensemble.servers()) {
                assertThat(Files.readString(server.log()))
                        .doesNotContainIgnoringCase("digest mismatch")
                        .doesNotContain("Digests are not matching");
            }
        }
    }

    private static void write(ProcessEnsemble ensemble) throws Exception {
        try (ZooKeeper client = StockClient.connect(ensemble.connectString())) {
            String parent =
                    client.create("/p", new byte[] {1, 2}, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
            for (int i = 0; i < 30; i++) {
                client.create(parent + "/c-", new byte[i], Ids.READ_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
            }
            client.setData(parent, new byte[] {3}, 0);
            client.create(parent + "/container", null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
            client.create(parent + "/gone", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            client.delete(parent + "/c-0000000003", -1);
            client.multi(List.of(
                    Op.create(parent + "/m", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                    Op.setData(parent + "/m", new byte[] {9}, 0),
                    Op.delete(parent + "/c-0000000004", -1)));
            client.addAuthInfo("digest", "user:secret".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            client.create(parent + "/acl", new byte[0], Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
            client.setACL(parent + "/acl", Ids.OPEN_ACL_UNSAFE, 0);
        }
    }
}
