package dev.quorate.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashSet;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/// A stock client that writes without a pause, pipelined, and remembers what was acknowledged.
public final class WriteLoad implements AutoCloseable {
    private static final String ROOT = "/load";
    private static final int IN_FLIGHT = 20;
    /// Enough to be under load all the time, little enough to read it all in the end.
    private static final int PER_SECOND_MAX = 500;

    private final EnsembleUnderTest ensemble;
    private final ZooKeeper client;
    private final NavigableSet<Integer> acknowledged = new ConcurrentSkipListSet<>();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicLong longestGapNanos = new AtomicLong();
    private final AtomicLong lastNanos = new AtomicLong(System.nanoTime());
    private final Semaphore free = new Semaphore(IN_FLIGHT);
    private final Thread writer;
    private volatile boolean stopped;

    private WriteLoad(EnsembleUnderTest ensemble) throws Exception {
        this.ensemble = ensemble;
        this.client = Clients.of(ensemble);
        Clients.retrying(() -> client.create(ROOT, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        this.writer = Thread.ofVirtual().start(this::write);
    }

    /// Once per ensemble.
    public static WriteLoad on(EnsembleUnderTest ensemble) throws Exception {
        WriteLoad load = new WriteLoad(ensemble);
        load.awaitMore(100);
        return load;
    }

    private void write() {
        try {
            for (int i = 0; !stopped; i++) {
                free.acquire();
                int number = i;
                client.create(
                        ROOT + "/" + number,
                        new byte[100],
                        Ids.OPEN_ACL_UNSAFE,
                        CreateMode.PERSISTENT,
                        (rc, path, context, name) -> answered(number, rc),
                        null);
                TimeUnit.MILLISECONDS.sleep(1000 / PER_SECOND_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answered(int number, int rc) {
        free.release();
        if (rc != Code.OK.intValue()) {
            failed.incrementAndGet();
            return;
        }
        acknowledged.add(number);
        long now = System.nanoTime();
        longestGapNanos.accumulateAndGet(now - lastNanos.getAndSet(now), Math::max);
    }

    /// Waits until that many more writes are acknowledged: the ensemble serves.
    public void awaitMore(int writes) throws Exception {
        int wanted = acknowledged.size() + writes;
        Await.until(
                wanted + " writes acknowledged",
                () -> acknowledged.size() + " acknowledged, " + failed + " failed; " + ensemble.conditions(),
                () -> acknowledged.size() >= wanted);
    }

    /// Stops, and looks on every member for every write that was acknowledged.
    public void stopAndVerify() throws Exception {
        stopped = true;
        writer.join();
        assertThat(free.tryAcquire(IN_FLIGHT, 60, TimeUnit.SECONDS))
                .as("every request is answered")
                .isTrue();
        System.out.printf(
                "%s: %d writes acknowledged, %d failed, longest gap %d ms%n",
                ensemble.name(),
                acknowledged.size(),
                failed.get(),
                TimeUnit.NANOSECONDS.toMillis(longestGapNanos.get()));
        for (Pod pod : ensemble.pods()) {
            try (ZooKeeper reader = Clients.of(ensemble.clientAddress(pod))) {
                Clients.sync(reader);
                Set<String> present = new HashSet<>(reader.getChildren(ROOT, false));
                assertThat(acknowledged.stream().filter(number -> !present.contains(Integer.toString(number))))
                        .as(
                                "acknowledged writes that %s does not have",
                                pod.getMetadata().getName())
                        .isEmpty();
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        client.close();
        writer.join();
    }
}
