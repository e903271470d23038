package dev.quorate.ensemble.faults;

import dev.quorate.ensemble.faults.FaultyEnsemble.Member;
import dev.quorate.ensemble.process.StockClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/// Some time of faults under load, then peace: everything has to come right, and the whole history has to keep every
/// law.
final class Round {
    static final List<Law> LAWS = List.of(
            new OneHistory(),
            new LinearisableRegisters(),
            new NoAcknowledgedWriteLost(),
            new SessionOrder(),
            new UniqueSequenceNumbers(),
            new EphemeralsLiveAsTheirSession(),
            new WatchBeforeReadOfItsChange());

    private static final long SERVE_NANOS_MAX = TimeUnit.SECONDS.toNanos(120);
    private static final long PEACE_MILLIS = 1_000;

    private final FaultyEnsemble ensemble;
    private final Workplace place;
    private final History history = new History();
    private final FaultSchedule faults;
    private final long seed;
    private final List<String> violations = new ArrayList<>();

    Round(FaultyEnsemble ensemble, long seed) {
        this.ensemble = ensemble;
        this.seed = seed;
        place = new Workplace("/round-" + seed, ensemble.onlyOurs());
        faults = new FaultSchedule(ensemble, new Random(seed));
    }

    History history() {
        return history;
    }

    FaultSchedule faults() {
        return faults;
    }

    List<String> violations() {
        return violations;
    }

    void run(long faultNanos) throws Exception {
        setUp();
        List<Thread> clients = new ArrayList<>();
        for (int client = 0; client < ensemble.clients(); client++) {
            Random random = new Random(seed * 1000 + client);
            clients.add(Thread.ofPlatform()
                    .name("client " + client)
                    .start(new Client(client, ensemble.connectString(client), place, random, history)));
        }
        faults.run(faultNanos);
        boolean serving = awaitServing();
        TimeUnit.MILLISECONDS.sleep(PEACE_MILLIS);
        place.close();
        for (Thread client : clients) {
            client.join();
        }
        violations.addAll(faults.violations());
        violations.addAll(history.surprises());
        if (serving) {
            awaitNoEphemerals();
            readEverything();
            equalTrees();
        }
        for (Law law : LAWS) {
            for (String violation : law.check(history)) {
                violations.add(law.getClass().getSimpleName() + ": " + violation);
            }
        }
        if (violations.isEmpty()) {
            try (ZooKeeper client = connect(ensemble.members().getFirst())) {
                ZKUtil.deleteRecursive(client, place.root());
            }
        }
    }

    private static ZooKeeper connect(Member member) throws IOException, InterruptedException {
        return StockClient.connect(member.server().address());
    }

    private void setUp() throws Exception {
        try (ZooKeeper client = connect(ensemble.members().getFirst())) {
            for (String path : place.znodes()) {
                client.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
        }
    }

    /// After the last fault every server has to come back to the ensemble.
    private boolean awaitServing() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + SERVE_NANOS_MAX;
        for (Member member : ensemble.members()) {
            while (member.server().mode().isEmpty()) {
                faults.lookForTheDead();
                if (System.nanoTime() > deadline) {
                    violations.add(
                            "NoServerStuck: server " + member.id() + " does not serve; all: " + ensemble.describe());
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        return true;
    }

    /// Sessions whose close was lost have to expire.
    private void awaitNoEphemerals() throws Exception {
        long deadline = System.nanoTime() + SERVE_NANOS_MAX;
        try (ZooKeeper client = connect(ensemble.members().getFirst())) {
            List<String> left = client.getChildren(place.ephemerals(), false);
            while (!left.isEmpty() && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(50);
                left = client.getChildren(place.ephemerals(), false);
            }
            if (!left.isEmpty()) {
                violations.add("EphemeralsLiveAsTheirSession: there when all sessions are over: " + left);
            }
        }
    }

    private void readEverything() throws Exception {
        for (Member member : ensemble.members()) {
            Handle handle = new Handle(member.server().address(), Client.SESSION_MILLIS, history, null);
            for (String register : place.registers()) {
                handle.syncRead(register, place.barrier()).get(SERVE_NANOS_MAX, TimeUnit.NANOSECONDS);
            }
            handle.close(Client.SESSION_MILLIS);
            try (ZooKeeper client = connect(member)) {
                history.finalTree("server " + member.id(), tree(client));
            }
        }
    }

    private Map<String, History.Found> tree(ZooKeeper client) throws KeeperException, InterruptedException {
        List<String> paths = new ArrayList<>(place.registers());
        for (String child : client.getChildren(place.sequentialsParent(), false)) {
            paths.add(place.sequentialsParent() + "/" + child);
        }
        Map<String, History.Found> tree = new HashMap<>();
        for (String path : paths) {
            Stat stat = new Stat();
            byte[] data = client.getData(path, false, stat);
            tree.put(
                    path,
                    new History.Found(stat.getVersion(), new String(data, java.nio.charset.StandardCharsets.UTF_8)));
        }
        return tree;
    }

    private void equalTrees() throws Exception {
        try {
            ensemble.processes().assertEqualTrees();
        } catch (AssertionError e) {
            violations.add("EqualTrees: " + e.getMessage());
        }
    }
}
