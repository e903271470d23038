package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A client of a follower, while the leader is killed or stopped: nothing of it is to be seen but that some answers
/// take
/// longer.
class ClientsOutliveTheLeaderTest {
    private static final int ENDINGS = 3;
    private static final int IN_FLIGHT = 50;

    @Test
    void connectionStaysAndEveryWriteTakesEffectOnce(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, Collections.nCopies(3, Kind.QUORATE))) {
            ensemble.startAll().awaitServing();
            for (int i = 0; i < ENDINGS; i++) {
                ServerProcess leader = ensemble.leader();
                ServerProcess follower = ensemble.servers().stream()
                        .filter(server -> server != leader)
                        .skip(i % 2)
                        .findFirst()
                        .orElseThrow();
                goneUnder(i == 0 ? leader::stop : leader::kill, follower, "/n" + i);
                leader.start().awaitServing();
            }
        }
    }

    private interface Ending {
        void end() throws Exception;
    }

    private static void goneUnder(Ending leader, ServerProcess follower, String path) throws Exception {
        BlockingQueue<KeeperState> lost = new LinkedBlockingQueue<>();
        CountDownLatch connected = new CountDownLatch(1);
        try (ZooKeeper client = new ZooKeeper(follower.address(), 20_000, event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            } else {
                lost.add(event.getState());
            }
        })) {
            assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
            client.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            CountDownLatch watched = new CountDownLatch(1);
            client.exists(path + "-watched", event -> watched.countDown());
            write(client, path, 500);
            AtomicInteger answered = new AtomicInteger();
            List<Integer> failures = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch all = new CountDownLatch(20 * IN_FLIGHT);
            for (int i = 0; i < 20 * IN_FLIGHT; i++) {
                if (i == 10 * IN_FLIGHT) {
                    leader.end();
                }
                client.setData(
                        path,
                        new byte[10],
                        -1,
                        (rc, p, context, stat) -> {
                            answered.incrementAndGet();
                            if (rc != Code.OK.intValue()) {
                                failures.add(rc);
                            }
                            all.countDown();
                        },
                        null);
            }
            // Asked for while there may be no leader; its watch was set long before.
            client.create(path + "-watched", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            assertThat(watched.await(30, TimeUnit.SECONDS)).as("watch event").isTrue();
            assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(lost).as("losses of connection").isEmpty();
            assertThat(failures).as("writes without success").isEmpty();
            assertThat(client.exists(path, false).getVersion())
                    .as("each write took effect once")
                    .isEqualTo(500 + answered.get());
        }
    }

    private static void write(ZooKeeper client, String path, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            client.setData(path, new byte[10], i);
        }
    }

    /// The leader's own clients have to move, but for each request they know whether it took effect.
    @Test
    void leaderThatStopsAnswersWhatItHasTaken(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, Collections.nCopies(3, Kind.QUORATE))) {
            ensemble.startAll().awaitServing();
            ServerProcess leader = ensemble.leader();
            AtomicInteger succeeded = new AtomicInteger();
            try (ZooKeeper client = StockClient.connect(leader.address())) {
                client.create("/n", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                CountDownLatch some = new CountDownLatch(200);
                CountDownLatch all = new CountDownLatch(2_000);
                for (int i = 0; i < 2_000; i++) {
                    client.setData(
                            "/n",
                            new byte[10],
                            -1,
                            (rc, p, context, stat) -> {
                                if (rc == Code.OK.intValue()) {
                                    succeeded.incrementAndGet();
                                }
                                some.countDown();
                                all.countDown();
                            },
                            null);
                }
                assertThat(some.await(60, TimeUnit.SECONDS)).isTrue();
                leader.stop();
                assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
            }
            leader.start().awaitServing();
            try (ZooKeeper client = StockClient.connect(leader.address())) {
                assertThat(client.exists("/n", false).getVersion())
                        .as("writes that took effect")
                        .isEqualTo(succeeded.get());
            }
        }
    }

    /// `electionGraceMs=0` is ZooKeeper's behaviour: clients are sent away at once.
    @Test
    void keyRestoresTheReferencesBehaviour(@TempDir Path directory) throws Exception {
        BlockingQueue<KeeperState> seen = new LinkedBlockingQueue<>();
        try (ProcessEnsemble ensemble =
                new ProcessEnsemble(directory, Collections.nCopies(3, Kind.QUORATE), "electionGraceMs=0")) {
            ensemble.startAll().awaitServing();
            ServerProcess leader = ensemble.leader();
            ServerProcess follower = ensemble.servers().stream()
                    .filter(server -> server != leader)
                    .findFirst()
                    .orElseThrow();
            try (ZooKeeper client = new ZooKeeper(follower.address(), 20_000, event -> seen.add(event.getState()))) {
                assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(KeeperState.SyncConnected);
                leader.kill();
                assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(KeeperState.Disconnected);
                assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(KeeperState.SyncConnected);
                assertThat(client.getState().isConnected()).isTrue();
            }
        }
    }
}
