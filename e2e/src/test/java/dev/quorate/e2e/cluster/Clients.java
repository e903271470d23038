package dev.quorate.e2e.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.HostProvider;
import org.apache.zookeeper.client.ZKClientConfig;

/// Stock ZooKeeper clients.
public final class Clients {
    private static final int SESSION_MILLIS = 30_000;
    private static final long DEADLINE_SECONDS = 120;

    private Clients() {}

    /// Connected to whichever member, wherever its pod is at the time.
    public static ZooKeeper of(EnsembleUnderTest ensemble) throws IOException, InterruptedException {
        return connected(new PodHosts(ensemble));
    }

    /// Connected to this server and no other.
    public static ZooKeeper of(InetSocketAddress server) throws IOException, InterruptedException {
        return connected(new Fixed(server));
    }

    private static ZooKeeper connected(HostProvider hosts) throws IOException, InterruptedException {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(
                "names.are.not.used:2181",
                SESSION_MILLIS,
                event -> {
                    if (event.getState() == org.apache.zookeeper.Watcher.Event.KeeperState.SyncConnected) {
                        connected.countDown();
                    }
                },
                false,
                hosts,
                new ZKClientConfig());
        if (!connected.await(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            client.close();
            throw new AssertionError("no session within " + DEADLINE_SECONDS + " s of " + hosts);
        }
        return client;
    }

    /// What this client now reads is no older than any write that was acknowledged to anybody before.
    public static void sync(ZooKeeper client) throws InterruptedException, KeeperException {
        client.sync("/");
    }

    /// As many tries as a client of an ensemble whose servers come and go needs: a lost connection is no answer.
    public static <T> T retrying(Call<T> call) throws Exception {
        return Await.value("an answer without a lost connection", () -> "", () -> {
            try {
                return java.util.Optional.of(call.call());
            } catch (KeeperException.ConnectionLossException again) {
                return java.util.Optional.empty();
            }
        });
    }

    /// A request.
    public interface Call<T> {
        T call() throws Exception;
    }

    private record Fixed(InetSocketAddress server) implements HostProvider {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public InetSocketAddress next(long spinDelay) {
            if (spinDelay > 0) {
                PodHosts.pause(spinDelay);
            }
            return server;
        }

        @Override
        public void onConnected() {}

        @Override
        public boolean updateServerList(Collection<InetSocketAddress> servers, InetSocketAddress current) {
            return false;
        }
    }

    /// Asks the API for each attempt. Users have names of Services for that, which a machine outside cannot resolve.
    private static final class PodHosts implements HostProvider {
        private final EnsembleUnderTest ensemble;
        private int next;

        PodHosts(EnsembleUnderTest ensemble) {
            this.ensemble = ensemble;
        }

        static void pause(long millis) {
            try {
                TimeUnit.MILLISECONDS.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public synchronized InetSocketAddress next(long spinDelay) {
            List<InetSocketAddress> servers = ensemble.servers();
            if (next > 0 && next % Math.max(1, servers.size()) == 0) {
                pause(spinDelay);
            }
            if (servers.isEmpty()) {
                pause(spinDelay);
                // Discard: refuses, and the client asks again.
                return new InetSocketAddress("127.0.0.1", 9);
            }
            return servers.get(next++ % servers.size());
        }

        @Override
        public int size() {
            return Math.max(1, ensemble.servers().size());
        }

        @Override
        public void onConnected() {}

        @Override
        public boolean updateServerList(Collection<InetSocketAddress> servers, InetSocketAddress current) {
            return false;
        }

        @Override
        public String toString() {
            return ensemble.name() + ": " + ensemble.servers();
        }
    }
}
