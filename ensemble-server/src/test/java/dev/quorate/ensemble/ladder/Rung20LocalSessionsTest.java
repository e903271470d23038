package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.StockClient;
import java.nio.file.Path;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Local sessions at a follower whose leader is of the other kind: with upgrading they become the ensemble's, without
/// it
/// they are refused an ephemeral.
class Rung20LocalSessionsTest {
    static List<String> layouts() {
        return Layout.layouts("AQA", "QAQ");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void aLocalSessionBecomesTheEnsembles(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble =
                Layout.ensemble(directory, layout, "localSessionsEnabled=true", "localSessionsUpgradingEnabled=true")) {
            ensemble.startAll().awaitServing();
            ensemble.makeLead(3);
            ServerProcess leader = ensemble.leader();
            try (ZooKeeper client = StockClient.connect(ensemble.server(2).address())) {
                client.create("/local", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                assertThat(leader.ask("dump")).doesNotContain(Long.toHexString(client.getSessionId()));
                client.create("/local/e", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
                assertThat(leader.ask("dump")).contains(Long.toHexString(client.getSessionId()));
                try (ZooKeeper moved = StockClient.takeUp(leader.address(), client)) {
                    assertThat(moved.getEphemerals()).containsExactly("/local/e");
                }
            }
            ensemble.assertEqualTrees();
            assertThat(StockClient.dump(leader)).doesNotContainKey("/local/e");
        }
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void withoutUpgradingItOwnsNothing(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout, "localSessionsEnabled=true")) {
            ensemble.startAll().awaitServing();
            ensemble.makeLead(3);
            try (ZooKeeper client = StockClient.connect(ensemble.server(2).address())) {
                assertThat(Layout.code(
                                () -> client.create("/e", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL)))
                        .isEqualTo(Code.EPHEMERALONLOCALSESSION);
                client.create("/p", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            ensemble.assertEqualTrees();
        }
    }
}
