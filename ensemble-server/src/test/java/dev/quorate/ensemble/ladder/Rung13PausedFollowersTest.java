package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.StockClient;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// One follower stands still for longer than syncLimit: the leader drops it and goes on. So does the other: the leader
/// steps down, and its clients are disconnected (we would keep them for a while, if not told otherwise).
class Rung13PausedFollowersTest {
    static List<String> layouts() {
        return Layout.layouts("AAQ", "QQA");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void theLeaderStepsDownWithoutAQuorum(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout, "electionGraceMs=0")) {
            ensemble.startAll().awaitServing();
            ensemble.makeLead(3);
            ServerProcess leader = ensemble.leader();
            List<ServerProcess> followers = ensemble.servers().subList(0, 2);
            CountDownLatch disconnected = new CountDownLatch(1);
            try (ZooKeeper client = StockClient.connect(leader.address())) {
                client.register(event -> {
                    if (event.getState() == KeeperState.Disconnected) {
                        disconnected.countDown();
                    }
                });
                followers.get(0).pause();
                Layout.await(() -> leader.ask("mntr").matches("(?s).*zk_synced_followers\\s1\\n.*"));
                client.create("/alone", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                assertThat(disconnected.getCount()).isEqualTo(1);
                followers.get(1).pause();
                assertThat(disconnected.await(60, TimeUnit.SECONDS)).isTrue();
                Layout.await(() -> leader.mode().isEmpty());
                followers.get(0).resume();
                followers.get(1).resume();
            }
            ensemble.awaitServing();
            ensemble.assertEqualTrees();
        }
    }
}
