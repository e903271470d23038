package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The keys `autopurge.snapRetainCount` and `autopurge.purgeInterval` of a running server.
class AutopurgeTest {
    private static final int WRITES = 300;

    @Test
    void soManySnapshotsStayAndNothingThatWasWrittenIsLost(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = alone(directory, "autopurge.purgeInterval=1")) {
            ServerProcess server = ensemble.server(1);
            write(server);
            server.stop();
            assertThat(server.said()).contains("purged");
            // One more may have been written, and not yet purged, when the server was stopped.
            assertThat(snapshots(server)).isBetween(3L, 4L);
            server.start().awaitServing();
            try (ZooKeeper client = StockClient.connect(server.address())) {
                assertThat(client.getChildren("/", false)).hasSize(WRITES + 1);
            }
        }
    }

    @Test
    void anIntervalOfZeroKeepsEverything(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = alone(directory, "autopurge.purgeInterval=0")) {
            ServerProcess server = ensemble.server(1);
            write(server);
            server.stop();
            assertThat(server.said()).doesNotContain("purged");
            assertThat(snapshots(server)).isGreaterThan(6);
        }
    }

    private static ProcessEnsemble alone(Path directory, String interval) throws IOException {
        return new ProcessEnsemble(
                directory, List.of(Kind.QUORATE), "snapCount=20", "autopurge.snapRetainCount=3", interval);
    }

    private static void write(ServerProcess server) throws Exception {
        server.start().awaitServing();
        try (ZooKeeper client = StockClient.connect(server.address())) {
            for (int i = 0; i < WRITES; i++) {
                client.create("/n" + i, new byte[100], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
        }
    }

    private static long snapshots(ServerProcess server) throws IOException {
        try (Stream<Path> files = Files.list(server.dataDir().resolve("version-2"))) {
            return files.filter(file -> file.getFileName().toString().matches("snapshot\\.[0-9a-f]+"))
                    .count();
        }
    }
}
