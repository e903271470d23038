package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.StockClient;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/// Stock clients that go on writing whatever happens. All of them set one register: the version in each answer is the
/// place of that write among all, so that the order in which answers and questions came can be held against it. Each
/// also creates znodes of its own, and holds an ephemeral for as long as its session lives.
final class Load implements AutoCloseable {
    private static final String REGISTER = "/register";
    private static final String WRITTEN = "/written";
    private static final String LIVE = "/live";
    /// More names than fit into an answer must not come together, however long the load lasts.
    private static final int CHILDREN_MAX = 5_000;

    private final String connectString;
    private final List<Thread> threads = new ArrayList<>();
    private final Set<Integer> versions = new ConcurrentSkipListSet<>();
    private final Set<String> created = new ConcurrentSkipListSet<>();
    private final Set<String> wrong = new ConcurrentSkipListSet<>();
    private final AtomicInteger highest = new AtomicInteger();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private volatile boolean stopped;

    Load(ProcessEnsemble ensemble, int clients) throws Exception {
        connectString = ensemble.connectString();
        try (ZooKeeper client = StockClient.connect(connectString)) {
            for (String path : List.of(REGISTER, WRITTEN, LIVE)) {
                client.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
        }
        for (int i = 0; i < clients; i++) {
            String name = "c" + i;
            threads.add(Thread.ofVirtual().start(() -> live(name)));
        }
    }

    private void live(String name) {
        int sequence = 0;
        while (!stopped) {
            try (ZooKeeper client = StockClient.connect(connectString)) {
                client.create(
                        LIVE + "/" + name + "-", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
                while (!stopped && client.getState().isAlive()) {
                    step(client, WRITTEN + "/" + name + "-" + sequence / CHILDREN_MAX, sequence++);
                }
            } catch (KeeperException e) {
                // The next session goes on.
            } catch (InterruptedException e) {
                return;
            } catch (Exception | AssertionError e) {
                if (!String.valueOf(e.getMessage()).startsWith("no session from")) {
                    wrong.add(name + ": " + e);
                }
            }
        }
    }

    private void step(ZooKeeper client, String parent, int sequence) throws InterruptedException {
        String path = parent + "/" + sequence;
        try {
            int before = highest.get();
            int version = client.setData(REGISTER, new byte[20], -1).getVersion();
            if (version <= before || !versions.add(version)) {
                wrong.add("write " + version + " was asked for after write " + before + " had been acknowledged");
            }
            highest.accumulateAndGet(version, Math::max);
            if (client.exists(parent, false) == null) {
                client.create(parent, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            client.create(path, new byte[20], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            created.add(path.substring(WRITTEN.length() + 1));
            acknowledged.incrementAndGet();
            before = highest.get();
            if (!synced(client)) {
                return;
            }
            int seen = client.exists(REGISTER, false).getVersion();
            if (seen < before) {
                wrong.add("a sync showed write " + seen + " after write " + before + " had been acknowledged");
            }
        } catch (KeeperException e) {
            // Nobody knows what became of it.
        }
    }

    private static boolean synced(ZooKeeper client) throws InterruptedException {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        client.sync(REGISTER, (rc, path, context) -> answer.complete(rc), null);
        return answer.join() == KeeperException.Code.OK.intValue();
    }

    int acknowledged() {
        return acknowledged.get();
    }

    /// Waits until so many more rounds of writes have been acknowledged.
    void awaitMore(int rounds) throws Exception {
        int wanted = acknowledged() + rounds;
        Layout.await(() -> acknowledged() >= wanted);
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /// After the end: what was acknowledged is on every server, in one order, and no ephemeral has outlived its
    /// session.
    void check(ProcessEnsemble ensemble) throws Exception {
        close();
        assertThat(wrong).isEmpty();
        for (ServerProcess server : ensemble.servers()) {
            try (ZooKeeper client = StockClient.connect(server.address())) {
                StockClient.sync(client);
                Stat register = client.exists(REGISTER, false);
                assertThat(register.getVersion()).as(server.address()).isGreaterThanOrEqualTo(highest.get());
                Set<String> there = new HashSet<>();
                for (String parent : client.getChildren(WRITTEN, false)) {
                    for (String child : client.getChildren(WRITTEN + "/" + parent, false)) {
                        there.add(parent + "/" + child);
                    }
                }
                assertThat(created).as(server.address()).allMatch(there::contains);
                Layout.await(() -> client.getChildren(LIVE, false).isEmpty());
            }
        }
        ensemble.assertEqualTrees();
    }
}
