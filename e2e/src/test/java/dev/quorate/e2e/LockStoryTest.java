package dev.quorate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.crds.restore.EnsembleRestoreStatus;
import dev.quorate.e2e.cluster.Await;
import dev.quorate.e2e.cluster.Backups;
import dev.quorate.e2e.cluster.Clients;
import dev.quorate.e2e.cluster.Cluster;
import dev.quorate.e2e.cluster.EnsembleUnderTest;
import dev.quorate.e2e.cluster.Objects;
import dev.quorate.e2e.cluster.OnCluster;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;

/// "The restored ensemble believes in locks whose holders are long gone, and everybody waits for ever."
@OnCluster
class LockStoryTest {
    private static final String STOCK = "/stock-lock";
    private static final String CURATOR = "/curator-lock";
    private static final long DEADLINE_SECONDS = 120;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @Test
    void aBackupThatWasTakenWhileALockWasHeldIsRestoredWithoutItsHolder(Cluster cluster) throws Exception {
        EnsembleUnderTest ensemble =
                EnsembleUnderTest.create(cluster, "locks", 3).awaitReady();
        Objects.claim(cluster, "lock-story");
        long lastSuffix;
        try (ZooKeeper a = Clients.of(ensemble);
                ZooKeeper b = Clients.of(ensemble);
                CuratorFramework curatorA = curator(ensemble);
                CuratorFramework curatorB = curator(ensemble)) {
            a.create(STOCK, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            a.create("/app", "kept".getBytes(StandardCharsets.UTF_8), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            String nodeOfA = enqueue(a);
            String nodeOfB = enqueue(b);
            assertThat(holder(b)).isEqualTo(nodeOfA);
            InterProcessMutex mutexOfA = new InterProcessMutex(curatorA, CURATOR);
            InterProcessMutex mutexOfB = new InterProcessMutex(curatorB, CURATOR);
            mutexOfA.acquire();
            Future<Boolean> waiting = threads.submit(() -> {
                boolean acquired = mutexOfB.acquire(DEADLINE_SECONDS, TimeUnit.SECONDS);
                mutexOfB.release();
                return acquired;
            });
            Await.until(
                    "B queues at Curator's lock",
                    () -> children(a, CURATOR),
                    () -> children(a, CURATOR).size() == 2);

            EnsembleBackupStatus backup = Backups.take(cluster, "while-a-holds", ensemble, "lock-story");
            assertThat(backup.phase()).as(String.valueOf(backup)).isEqualTo("Completed");
            assertThat(backup.contents().ephemeralsStripped()).isEqualTo(4);
            assertThat(backup.contents().sessionsStripped()).isGreaterThanOrEqualTo(4);
            assertThat(backup.artifact().sha256()).hasSize(64);

            a.delete(STOCK + "/" + nodeOfA, -1);
            a.close();
            mutexOfA.release();
            assertThat(waiting.get(DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .as("B takes Curator's lock")
                    .isTrue();
            assertThat(holder(b)).as("B takes the lock").isEqualTo(nodeOfB);
            lastSuffix = suffix(nodeOfB);
        }

        EnsembleRestoreStatus restore = Backups.restore(cluster, "undo", "while-a-holds", "locks-restored");
        assertThat(restore.phase()).as(String.valueOf(restore)).isEqualTo("Completed");
        EnsembleUnderTest restored = new EnsembleUnderTest(cluster, "locks-restored").awaitReady();
        try (ZooKeeper c = Clients.of(restored);
                ZooKeeper d = Clients.of(restored)) {
            assertThat(new String(c.getData("/app", false, null), StandardCharsets.UTF_8))
                    .isEqualTo("kept");
            assertNoSessionOwns(c, "/");
            assertThat(children(c, STOCK)).isEmpty();
            assertThat(children(c, CURATOR)).isEmpty();
            newLockersGoOn(c, d, lastSuffix);
            newCuratorLockersGoOn(restored);
        }
    }

    /// The classic recipe: an ephemeral sequential node each, the lowest holds.
    private static String enqueue(ZooKeeper client) throws Exception {
        String path = client.create(STOCK + "/n-", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
        return path.substring(STOCK.length() + 1);
    }

    private static String holder(ZooKeeper client) throws Exception {
        Clients.sync(client);
        return children(client, STOCK).getFirst();
    }

    private static List<String> children(ZooKeeper client, String path) throws Exception {
        if (client.exists(path, false) == null) {
            return List.of();
        }
        return client.getChildren(path, false).stream().sorted().collect(Collectors.toList());
    }

    private static long suffix(String node) {
        return Long.parseLong(node.substring(node.length() - 10));
    }

    private static void assertNoSessionOwns(ZooKeeper client, String path) throws Exception {
        Stat stat = client.exists(path, false);
        // Containers and TTL nodes are marked in the same field, with its highest bit.
        assertThat(stat.getEphemeralOwner()).as("owner of %s", path).isLessThanOrEqualTo(0);
        for (String child : client.getChildren(path, false)) {
            assertNoSessionOwns(client, (path.equals("/") ? "" : path) + "/" + child);
        }
    }

    /// Nobody waits for a dead holder, and nobody gets a name that somebody still remembers.
    private static void newLockersGoOn(ZooKeeper c, ZooKeeper d, long lastSuffix) throws Exception {
        String nodeOfC = enqueue(c);
        String nodeOfD = enqueue(d);
        assertThat(suffix(nodeOfC)).isGreaterThan(lastSuffix);
        assertThat(suffix(nodeOfD)).isGreaterThan(suffix(nodeOfC));
        assertThat(holder(d)).isEqualTo(nodeOfC);
        c.delete(STOCK + "/" + nodeOfC, -1);
        assertThat(holder(d)).isEqualTo(nodeOfD);
    }

    private void newCuratorLockersGoOn(EnsembleUnderTest restored) throws Exception {
        try (CuratorFramework c = curator(restored);
                CuratorFramework d = curator(restored)) {
            InterProcessMutex first = new InterProcessMutex(c, CURATOR);
            assertThat(first.acquire(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            Future<Boolean> second =
                    threads.submit(() -> new InterProcessMutex(d, CURATOR).acquire(DEADLINE_SECONDS, TimeUnit.SECONDS));
            assertThat(second.isDone()).isFalse();
            first.release();
            assertThat(second.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static CuratorFramework curator(EnsembleUnderTest ensemble) {
        String connectString = ensemble.servers().stream()
                .map(server -> server.getHostString() + ":" + server.getPort())
                .collect(Collectors.joining(","));
        CuratorFramework curator = CuratorFrameworkFactory.newClient(connectString, new RetryForever(500));
        curator.start();
        return curator;
    }
}
