package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.differential.RawConnection;
import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.StockClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Clients of a follower of the other kind than the leader: one falls silent, one moves, one that asks for
/// nothing goes on pinging, with the timeout of the silent one.
class Rung15SessionsTest {
    private static final int TIMEOUT_MILLIS = 4_000;

    static List<String> layouts() {
        return Layout.layouts("AQA", "QAQ");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void theLeaderAloneDecidesWhatHasExpired(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout)) {
            ensemble.startAll().awaitServing();
            ensemble.makeLead(3);
            ServerProcess leader = ensemble.leader();
            ServerProcess follower = ensemble.server(2);
            try (ZooKeeper pinging = StockClient.connect(follower.address(), TIMEOUT_MILLIS);
                    ZooKeeper moving = StockClient.connect(follower.address());
                    RawConnection silent = new RawConnection(follower.address())) {
                assertThat(pinging.getSessionTimeout()).isEqualTo(TIMEOUT_MILLIS);
                pinging.create("/pinging", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
                moving.create("/moving", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
                long session = connect(silent);
                try (ZooKeeper moved = StockClient.takeUp(leader.address(), moving)) {
                    moved.setData("/moving", new byte[] {1}, -1);
                    Layout.await(() -> !sessions(follower).contains(Long.toHexString(session)));
                    // All the while the others had no less right to expire.
                    StockClient.sync(pinging);
                    assertThat(pinging.exists("/moving", false).getVersion()).isEqualTo(1);
                    assertThat(pinging.exists("/pinging", false)).isNotNull();
                    assertThat(Layout.code(() -> pinging.setData("/pinging", new byte[0], -1)))
                            .isEqualTo(Code.OK);
                }
                assertThat(silent.receive())
                        .as("the silent client's connection")
                        .isNull();
            }
            try (ZooKeeper client = StockClient.connect(leader.address())) {
                client.create("/done", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            ensemble.assertEqualTrees();
        }
    }

    private static String sessions(ServerProcess server) {
        return server.ask("dump");
    }

    /// A session that is never heard of again; its id.
    private static long connect(RawConnection silent) throws Exception {
        silent.send(ByteBuffer.allocate(45)
                .putInt(0)
                .putLong(0)
                .putInt(TIMEOUT_MILLIS)
                .putLong(0)
                .putInt(16)
                .put(new byte[16])
                .put((byte) 0)
                .array());
        byte[] answer = silent.receive();
        assertThat(answer).isNotNull();
        return ByteBuffer.wrap(answer).getLong(8);
    }
}
