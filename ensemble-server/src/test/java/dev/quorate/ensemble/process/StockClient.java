package dev.quorate.ensemble.process;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/// What tests do with the stock client.
public final class StockClient {
    private StockClient() {}

    public static ZooKeeper connect(String connectString) throws IOException, InterruptedException {
        return connect(connectString, 10_000);
    }

    public static ZooKeeper connect(String connectString, int timeoutMillis) throws IOException, InterruptedException {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(connectString, timeoutMillis, event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        if (!connected.await(30, TimeUnit.SECONDS)) {
            client.close();
            throw new AssertionError("no session from " + connectString + " in 30 s");
        }
        return client;
    }

    /// Returns when the client's server has applied all that was committed before.
    public static void sync(ZooKeeper client) throws InterruptedException {
        CountDownLatch synced = new CountDownLatch(1);
        client.sync("/", (rc, path, context) -> synced.countDown(), null);
        if (!synced.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("no answer to a sync in 30 s");
        }
    }

    /// Another client that goes on with the session of this one, which is lost to it from then on.
    public static ZooKeeper takeUp(String connectString, ZooKeeper before) throws IOException, InterruptedException {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(
                connectString,
                before.getSessionTimeout(),
                event -> {
                    if (event.getState() == KeeperState.SyncConnected) {
                        connected.countDown();
                    }
                },
                before.getSessionId(),
                before.getSessionPasswd());
        if (!connected.await(30, TimeUnit.SECONDS)) {
            client.close();
            throw new AssertionError("the session was not taken up at " + connectString + " in 30 s");
        }
        return client;
    }

    /// Every znode of a server after a sync, with data, ACL and the whole Stat as text, but for what each server keeps
    /// for itself.
    public static SortedMap<String, String> dump(ServerProcess server)
            throws IOException, InterruptedException, KeeperException {
        try (ZooKeeper client = connect(server.address())) {
            sync(client);
            SortedMap<String, String> tree = new TreeMap<>();
            Deque<String> open = new ArrayDeque<>();
            open.push("/");
            while (!open.isEmpty()) {
                String path = open.pop();
                if (path.startsWith("/zookeeper")) {
                    continue;
                }
                Stat stat = new Stat();
                byte[] data = client.getData(path, false, stat);
                tree.put(
                        path,
                        (data == null ? "null" : java.util.HexFormat.of().formatHex(data)) + " "
                                + client.getACL(path, null) + " "
                                + stat.toString().strip());
                for (String child : client.getChildren(path, false)) {
                    open.push((path.equals("/") ? "" : path) + "/" + child);
                }
            }
            return tree;
        }
    }
}
