package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ReconfigurableEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.StockClient;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The third server is no member of the configuration of the other two, which are of the other kind. It
/// finds their leader and follows without a vote.
class Rung12NonVotingFollowerTest {
    private static final String PATIENT = "syncLimit=120";

    static List<String> layouts() {
        return Layout.layouts("AAQ", "QQA");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void aServerThatIsNoMemberFollowsAndItsAcksDoNotCount(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, layout, 2, PATIENT)) {
            ServerProcess follower = ensemble.server(1);
            ServerProcess leader = ensemble.server(2);
            ServerProcess joiner = ensemble.server(3);

            follower.start();
            leader.start();
            assertThat(leader.awaitServing()).isEqualTo("leader");
            follower.awaitServing();
            assertThat(joiner.start().awaitServing()).isEqualTo("follower");
            assertThat(leader.mode()).isEqualTo("leader");
            assertThat(leader.ask("mntr")).containsPattern("zk_synced_non_voting_followers\\s1\\n");
            ReconfigurableEnsemble.write(leader);
            ReconfigurableEnsemble.write(joiner);

            acksDoNotCount(follower, leader, joiner);
            ensemble.assertEqualTrees();
        }
    }

    /// While the only voter beside the leader stands still, what the other follower has on its disk is not committed.
    private static void acksDoNotCount(ServerProcess follower, ServerProcess leader, ServerProcess joiner)
            throws Exception {
        try (ZooKeeper writer = StockClient.connect(leader.address());
                ZooKeeper moving = StockClient.connect(leader.address())) {
            follower.pause();
            CompletableFuture<Integer> created = new CompletableFuture<>();
            writer.create(
                    "/counted",
                    new byte[0],
                    Ids.OPEN_ACL_UNSAFE,
                    CreateMode.PERSISTENT,
                    (rc, path, context, name) -> created.complete(rc),
                    null);
            Layout.await(() -> Layout.hasLogged(joiner, "/counted"));
            // The leader's answer to this comes behind its ack.
            try (ZooKeeper reader = StockClient.takeUp(joiner.address(), moving)) {
                assertThat(reader.exists("/counted", false)).isNull();
                assertThat(writer.getState().isConnected()).isTrue();
                assertThat(created).isNotDone();
                follower.resume();
                assertThat(created.join()).isEqualTo(Code.OK.intValue());
                StockClient.sync(reader);
                assertThat(reader.exists("/counted", false)).isNotNull();
            }
        }
    }
}
