package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// kill -9 of the leader, again and again, under pipelined writes: whatever was acknowledged is there on every server.
class LeaderKilledUnderLoadTest {
    private static final int KILLS = 3;
    private static final int IN_FLIGHT = 100;

    @Test
    void noAcknowledgedWriteIsLost(@TempDir Path directory) throws Exception {
        ConcurrentSkipListSet<Integer> acknowledged = new ConcurrentSkipListSet<>();
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, Collections.nCopies(3, Kind.QUORATE))) {
            ensemble.startAll().awaitServing();
            AtomicInteger next = new AtomicInteger();
            try (ZooKeeper client = StockClient.connect(ensemble.connectString())) {
                client.create("/w", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                for (int i = 0; i < KILLS; i++) {
                    writeUntil(client, next, acknowledged, acknowledged.size() + 500);
                    ServerProcess leader = ensemble.leader();
                    leader.kill();
                    long killed = System.nanoTime();
                    writeUntil(client, next, acknowledged, acknowledged.size() + 1);
                    System.out.printf(
                            "leader %s killed under load; next write acknowledged after %d ms%n",
                            leader.address(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed));
                    leader.start().awaitServing();
                }
            }
            for (ServerProcess server : ensemble.servers()) {
                try (ZooKeeper client = StockClient.connect(server.address())) {
                    CountDownLatch synced = new CountDownLatch(1);
                    client.sync("/w", (rc, path, context) -> synced.countDown(), null);
                    assertThat(synced.await(30, TimeUnit.SECONDS)).isTrue();
                    var children = new java.util.HashSet<>(client.getChildren("/w", false));
                    assertThat(acknowledged).as(server.address()).allMatch(i -> children.contains(Integer.toString(i)));
                }
            }
        }
    }

    private static void writeUntil(
            ZooKeeper client, AtomicInteger next, ConcurrentSkipListSet<Integer> acknowledged, int wanted)
            throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (acknowledged.size() < wanted) {
            CountDownLatch batch = new CountDownLatch(IN_FLIGHT);
            for (int i = 0; i < IN_FLIGHT; i++) {
                int number = next.getAndIncrement();
                client.create(
                        "/w/" + number,
                        new byte[100],
                        Ids.OPEN_ACL_UNSAFE,
                        CreateMode.PERSISTENT,
                        (rc, path, context, name) -> {
                            if (rc == Code.OK.intValue()) {
                                acknowledged.add(number);
                            }
                            batch.countDown();
                        },
                        null);
            }
            assertThat(batch.await(60, TimeUnit.SECONDS))
                    .as("every request is answered")
                    .isTrue();
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "only " + acknowledged.size() + " of " + wanted + " writes acknowledged after 60 s");
            }
        }
    }
}
