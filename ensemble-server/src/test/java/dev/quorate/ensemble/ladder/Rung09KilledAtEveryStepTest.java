package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.StockClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// kill -9 of our follower at any step of joining a real leader, again and again: a moment after it has begun to look
/// for
/// one. It has missed a little (DIFF) or much (SNAP). `-Dladder.kills` says how often, `-Dladder.seed` where.
class Rung09KilledAtEveryStepTest {
    private static final int KILLS = Integer.getInteger("ladder.kills", 6);
    private static final long SEED = Long.getLong("ladder.seed", 1);
    private static final long MOMENT_NANOS_MAX = 400_000_000L;

    @Test
    void whatAQuorumHasIsNeverLost(@TempDir Path directory) throws Exception {
        Random random = new Random(SEED);
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, "QAA")) {
            ensemble.startAll().awaitServing();
            ServerProcess ours = ensemble.server(1);
            ours.kill();
            ensemble.server(2).awaitServing();
            ensemble.server(3).awaitServing();
            int written = 0;
            for (int i = 0; i < KILLS; i++) {
                try (ZooKeeper client = StockClient.connect(ensemble.server(3).address())) {
                    int count = i % 3 == 2 ? 700 : 20;
                    for (int j = 0; j < count; j++) {
                        client.create("/n" + written++, new byte[100], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                    }
                }
                int said = ours.said().length();
                ours.start();
                Layout.await(() -> ours.said().indexOf("is looking", said) >= 0);
                LockSupport.parkNanos(random.nextLong(MOMENT_NANOS_MAX));
                ours.kill();
                long accepted = epoch(ours, "acceptedEpoch");
                assertThat(epoch(ours, "currentEpoch")).isLessThanOrEqualTo(accepted);
            }
            ours.start().awaitServing();
            ensemble.assertEqualTrees();
            ours.kill();
            ours.start().awaitServing();
            ensemble.assertEqualTrees();
            try (ZooKeeper client = StockClient.connect(ours.address())) {
                for (int i = 0; i < written; i++) {
                    assertThat(client.exists("/n" + i, false)).as("/n%s", i).isNotNull();
                }
            }
        }
    }

    private static long epoch(ServerProcess server, String file) throws Exception {
        return Files.exists(server.dataDir().resolve("version-2").resolve(file))
                ? Rung02JoinTest.epoch(server, file)
                : 0;
    }
}
