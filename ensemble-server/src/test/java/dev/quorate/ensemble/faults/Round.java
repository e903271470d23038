package dev.quorate.ensemble.faults;

import dev.quorate.ensemble.faults.FaultyEnsemble.Member;
import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import dev.quorate.ensemble.process.StockClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/// Some time of trouble under load, then peace: everything has to come right, and the whole history has to keep every
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
    private final Trouble trouble;
    private final long seed;
    private final List<String> violations = new ArrayList<>();

    Round(FaultyEnsemble ensemble, long seed, Trouble trouble) {
        this.ensemble = ensemble;
        this.seed = seed;
        place = new Workplace("/round-" + seed, ensemble.onlyOurs());
        this.trouble = trouble;
    }

    History history() {
        return history;
    }

    List<String> violations() {
        return violations;
    }

    void run() throws Exception {
        setUp();
        List<Thread> clients = new ArrayList<>();
        for (int client = 0; client < ensemble.clients(); client++) {
            Random random = new Random(seed * 1000 + client);
            clients.add(Thread.ofPlatform()
                    .name("client " + client)
                    .start(new Client(client, ensemble.connectString(client), place, random, history)));
        }
        trouble.run(history);
        boolean serving = awaitServing();
        TimeUnit.MILLISECONDS.sleep(PEACE_MILLIS);
        place.close();
        for (Thread client : clients) {
            client.join();
        }
        violations.addAll(trouble.violations());
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

    /// For diagnosis: violations, what happened when, the clients' history, and data folders that would go with their
    /// file
    /// system.
    void keep(Path directory) throws IOException {
        List<String> story = new ArrayList<>(violations);
        story.addAll(trouble.log());
        Files.write(directory.resolve("violations.txt"), story);
        history.write(directory.resolve("history.txt"));
        for (Member member : ensemble.members()) {
            if (member.disk().isPresent()) {
                Directories.copy(member.server().dataDir(), directory.resolve("data-of-server-" + member.id()));
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
                trouble.lookForTheDead();
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

    /// Trees are equal, and stay so under some more writes: each carries the digest of the leader's tree. Apache
    /// ZooKeeper counts
    /// mismatches also after a snapshot that was taken under writes, until it has caught up with those.
    private void equalTrees() throws Exception {
        List<Long> mismatches = new ArrayList<>();
        for (Member member : ensemble.members()) {
            mismatches.add(
                    member.server().kind() == Kind.QUORATE ? 0 : ProcessEnsemble.digestMismatches(member.server()));
        }
        try (ZooKeeper client = connect(ensemble.members().getLast())) {
            for (int i = 0; i < 10; i++) {
                client.setData(place.root(), new byte[i], -1);
            }
        }
        try {
            ensemble.processes().awaitEqualTrees();
        } catch (AssertionError e) {
            violations.add("EqualTrees: " + e.getMessage());
        }
        for (Member member : ensemble.members()) {
            long now = ProcessEnsemble.digestMismatches(member.server());
            if (now != mismatches.get(member.id() - 1)) {
                violations.add("EqualTrees: server " + member.id() + " has seen " + now + " digests that differ");
            }
        }
    }
}
