package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.StockClient;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An observer that is fed by a follower of the other kind, and by another one when that is gone.
class Rung20ObserverMasterTest {
    private static final Pattern MASTER = Pattern.compile("zk_observer_master_id\\s(\\d+)");

    @ParameterizedTest
    @ValueSource(strings = {"QQQ+A", "AAA+Q"})
    void aFollowerFeedsTheObserver(String layout, @TempDir Path directory) throws Exception {
        int port = ProcessEnsemble.freePorts(1)[0];
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout, "observerMasterPort=" + port)) {
            ensemble.startAll().awaitServing();
            ServerProcess observer = ensemble.server(4);
            work(ensemble, observer, "/before");
            ServerProcess master = ensemble.server(master(observer));
            assertThat(master).isNotSameAs(ensemble.leader());
            assertThat(master.ask("mntr")).containsPattern("zk_synced_observers\\s1\\n");
            int logged = observer.said().length();

            master.kill();
            Layout.await(() -> observer.said().length() > logged
                    && !observer.mode().isEmpty()
                    && master(observer) != ensemble.servers().indexOf(master) + 1);
            work(ensemble, observer, "/after");
            master.start().awaitServing();
            ensemble.assertEqualTrees();
        }
    }

    private static int master(ServerProcess observer) {
        Matcher matcher = MASTER.matcher(observer.ask("mntr"));
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    /// Requests, failures, syncs and sessions that come and go between the observer and the leader.
    private static void work(ProcessEnsemble ensemble, ServerProcess observer, String path) throws Exception {
        ServerProcess leader = ensemble.leader();
        try (ZooKeeper atObserver = StockClient.connect(observer.address());
                ZooKeeper atLeader = StockClient.connect(leader.address())) {
            atObserver.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            for (int i = 0; i < 50; i++) {
                String child = path + "/n" + i;
                ZooKeeper writer = i % 2 == 0 ? atObserver : atLeader;
                ZooKeeper reader = i % 2 == 0 ? atLeader : atObserver;
                writer.create(child, new byte[] {(byte) i}, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
                StockClient.sync(reader);
                assertThat(reader.getData(child, false, null)).containsExactly(i);
                assertThat(Layout.code(
                                () -> writer.create(child, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)))
                        .isEqualTo(Code.NODEEXISTS);
            }
            // The session moves from the observer to the leader, and its ephemerals with it.
            try (ZooKeeper moved = StockClient.takeUp(leader.address(), atObserver)) {
                assertThat(moved.getEphemerals()).hasSize(25);
            }
        }
        try (ZooKeeper client = StockClient.connect(observer.address())) {
            StockClient.sync(client);
            assertThat(client.getChildren(path, false)).isEmpty();
        }
    }
}
