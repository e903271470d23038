package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.ZooKeeper.States;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our server is the last one of three. A stock client that is content with reading may read, and goes on to write as
/// soon as there is a leader, all by itself; localSessionsEnabled is not set.
class ReadOnlyModeTest {
    @Test
    void aClientReadsWithoutALeaderAndWritesWithOne(@TempDir Path directory) throws Exception {
        List<Kind> kinds = List.of(Kind.APACHE, Kind.APACHE, Kind.QUORATE);
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, kinds, "readonlymode.enabled=true")) {
            ensemble.startAll().awaitServing();
            ServerProcess ours = ensemble.server(3);
            try (ZooKeeper client = StockClient.connect(ours.address())) {
                client.create("/ro", new byte[] {7}, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            ensemble.server(1).kill();
            ensemble.server(2).kill();
            while (!ours.ask("isro").equals("ro")) {
                assertThat(ours.running()).as(ours.said()).isTrue();
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertThat(ours.ask("srvr")).contains("Mode: read-only");
            BlockingQueue<KeeperState> states = new LinkedBlockingQueue<>();
            try (ZooKeeper client =
                    new ZooKeeper(ensemble.connectString(), 10_000, event -> states.add(event.getState()), true)) {
                await(states, KeeperState.ConnectedReadOnly);
                assertThat(client.getData("/ro", false, null)).containsExactly(7);
                assertThatThrownBy(() -> client.setData("/ro", new byte[] {8}, -1))
                        .isInstanceOf(KeeperException.NotReadOnlyException.class);
                ensemble.server(1).start();
                await(states, KeeperState.SyncConnected);
                assertThat(client.getState()).isEqualTo(States.CONNECTED);
                client.setData("/ro", new byte[] {8}, -1);
            }
            assertThat(ours.awaitServing()).isIn("leader", "follower");
            ensemble.server(2).start().awaitServing();
            ensemble.assertEqualTrees();
        }
    }

    private static void await(BlockingQueue<KeeperState> states, KeeperState wanted) throws InterruptedException {
        KeeperState state;
        do {
            state = states.poll(60, TimeUnit.SECONDS);
            assertThat(state).as("waiting for %s", wanted).isNotNull();
        } while (state != wanted);
    }
}
