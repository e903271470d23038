package dev.quorate.ensemble.process;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/// What clients notice when servers go, as figures: three servers under load by stock clients, one client to each
/// server and one that knows all of them. By hand; each step of ours is followed by one of ZooKeeper's.
///
/// `main` takes what happens to a server (`restart`: each in its turn, the leader last, with an orderly stop; `kill`:
/// the
/// leader, with SIGKILL), how often, and the servers compared (`quorate`, `apache`; both by default).
///
/// A line for each step: the longest time without a write acknowledged to anybody; the longest one that a client of
/// another server had to wait; operations that failed, at clients of other servers and at those of the server that
/// went.
public final class FailoverFigures {
    private static final long SETTLE_MILLIS = 2_000;
    private static final int IN_FLIGHT = 4;
    private static final List<String> COMPILED = List.of("-Xmx1g", "-XX:TieredStopAtLevel=4");
    private static final Logger CLIENTS_LOG = Logger.getLogger("org.apache.zookeeper");

    private FailoverFigures() {}

    private record Step(Kind kind, String name, long gapNanos, long waitNanos, int failedElsewhere, int failedThere) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%-8s %-24s write gap %7.1f ms, longest wait elsewhere %7.1f ms, failed elsewhere %d, there %d",
                    kind,
                    name,
                    gapNanos / 1e6,
                    waitNanos / 1e6,
                    failedElsewhere,
                    failedThere);
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 2 || !List.of("restart", "kill").contains(arguments[0])) {
            System.err.println("usage: FailoverFigures restart|kill TIMES [quorate|apache]");
            System.exit(2);
        }
        CLIENTS_LOG.setLevel(Level.OFF);
        List<Kind> kinds = arguments.length > 2
                ? List.of(Kind.valueOf(arguments[2].toUpperCase(Locale.ROOT)))
                : List.of(Kind.APACHE, Kind.QUORATE);
        Path directory = Files.createTempDirectory("failover-figures");
        List<Step> steps = Collections.synchronizedList(new ArrayList<>());
        List<Ensemble> ensembles = new ArrayList<>();
        try {
            for (Kind kind : kinds) {
                ensembles.add(new Ensemble(kind, directory.resolve(kind.name())));
            }
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                for (Ensemble ensemble : i % 2 == 0 ? ensembles : ensembles.reversed()) {
                    steps.addAll(arguments[0].equals("kill") ? ensemble.killLeader() : ensemble.restartAll());
                }
            }
        } finally {
            for (Ensemble ensemble : ensembles) {
                ensemble.close();
            }
        }
        kinds.forEach(kind ->
                summarise(kind, steps.stream().filter(step -> step.kind == kind).toList()));
        System.exit(0);
    }

    private static void summarise(Kind kind, List<Step> steps) {
        for (String name : steps.stream().map(Step::name).distinct().toList()) {
            List<Step> those =
                    steps.stream().filter(step -> step.name.equals(name)).toList();
            long[] gaps = those.stream().mapToLong(Step::gapNanos).sorted().toArray();
            long[] waits = those.stream().mapToLong(Step::waitNanos).sorted().toArray();
            System.out.printf(
                    Locale.ROOT,
                    "%s, %s, %d times: write gap median %.1f max %.1f ms; wait elsewhere median %.1f max %.1f ms; "
                            + "failed elsewhere %d, there %d%n",
                    kind,
                    name,
                    those.size(),
                    gaps[gaps.length / 2] / 1e6,
                    gaps[gaps.length - 1] / 1e6,
                    waits[waits.length / 2] / 1e6,
                    waits[waits.length - 1] / 1e6,
                    those.stream().mapToInt(Step::failedElsewhere).sum(),
                    those.stream().mapToInt(Step::failedThere).sum());
        }
    }

    /// Three servers with their clients.
    private static final class Ensemble implements AutoCloseable {
        private final Kind kind;
        private final ProcessEnsemble processes;
        private final List<Load> loads = new ArrayList<>();

        Ensemble(Kind kind, Path directory) throws IOException, InterruptedException, KeeperException {
            this.kind = kind;
            processes = new ProcessEnsemble(Files.createDirectories(directory), Collections.nCopies(3, kind));
            List<String> collector = kind == Kind.APACHE ? List.of("-XX:-UseSerialGC") : List.of();
            for (ServerProcess server : processes.servers()) {
                // As outside tests: both compilers, the usual collector.
                server.jvmOptions(
                        Stream.concat(COMPILED.stream(), collector.stream()).toList());
            }
            processes.startAll().awaitServing();
            try (ZooKeeper client = StockClient.connect(processes.connectString())) {
                client.create("/w", new byte[100], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            for (ServerProcess server : processes.servers()) {
                loads.add(new Load(server.address()));
            }
            settle();
            settle();
        }

        private static void settle() throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
        }

        List<Step> killLeader() throws IOException, InterruptedException {
            ServerProcess leader = processes.leader();
            begin();
            leader.kill();
            awaitWrites(leader);
            Step step = end("leader killed", leader);
            leader.start().awaitServing();
            settle();
            return List.of(step);
        }

        List<Step> restartAll() throws IOException, InterruptedException {
            ServerProcess leader = processes.leader();
            List<ServerProcess> order = new ArrayList<>(processes.servers());
            order.remove(leader);
            order.add(leader);
            List<Step> steps = new ArrayList<>();
            for (ServerProcess server : order) {
                begin();
                server.stop();
                server.start().awaitServing();
                awaitWrites(server);
                steps.add(end(server == leader ? "leader restarted" : "follower restarted", server));
            }
            return steps;
        }

        private void begin() throws IOException, InterruptedException {
            for (Load load : loads) {
                load.begin();
            }
        }

        /// The step is over when every client of another server writes again.
        private void awaitWrites(ServerProcess gone) throws InterruptedException {
            long now = System.nanoTime();
            for (Load load : loads) {
                while (!load.address.equals(gone.address()) && load.lastAcknowledged() < now) {
                    TimeUnit.MILLISECONDS.sleep(10);
                }
            }
            settle();
        }

        private Step end(String name, ServerProcess gone) {
            long[] all =
                    loads.stream().flatMapToLong(Load::acknowledged).sorted().toArray();
            long wait = 0;
            int elsewhere = 0;
            int there = 0;
            for (Load load : loads) {
                if (load.address.equals(gone.address())) {
                    there += load.failed();
                } else {
                    elsewhere += load.failed();
                    wait = Math.max(wait, longestGap(load.acknowledged().toArray()));
                }
            }
            Step step = new Step(kind, name, longestGap(all), wait, elsewhere, there);
            System.out.println(step);
            return step;
        }

        private static long longestGap(long[] ascending) {
            long longest = 0;
            for (int i = 1; i < ascending.length; i++) {
                longest = Math.max(longest, ascending[i] - ascending[i - 1]);
            }
            return longest;
        }

        @Override
        public void close() throws InterruptedException {
            for (Load load : loads) {
                load.close();
            }
            processes.close();
        }
    }

    /// A stock client that always has some writes under way.
    private static final class Load {
        private final String address;
        private ZooKeeper client;
        private long[] acknowledged = new long[1024];
        private int count;
        private int failed;
        private boolean expired;
        private volatile boolean closed;

        Load(String address) throws IOException, InterruptedException {
            this.address = address;
            client = StockClient.connect(address);
            write();
        }

        private void write() {
            for (int i = 0; i < IN_FLIGHT; i++) {
                next();
            }
        }

        private void next() {
            client.setData("/w", new byte[100], -1, (rc, path, context, stat) -> answered(rc), null);
        }

        private void answered(int rc) {
            synchronized (this) {
                if (rc == KeeperException.Code.OK.intValue()) {
                    if (count == acknowledged.length) {
                        acknowledged = Arrays.copyOf(acknowledged, 2 * count);
                    }
                    acknowledged[count++] = System.nanoTime();
                } else {
                    failed++;
                    expired |= rc == KeeperException.Code.SESSIONEXPIRED.intValue();
                }
                if (closed || expired) {
                    return;
                }
            }
            next();
        }

        /// A client whose server was away for longer than its session lasts begins anew.
        void begin() throws IOException, InterruptedException {
            boolean anew;
            synchronized (this) {
                count = 0;
                failed = 0;
                anew = expired;
                expired = false;
            }
            if (anew) {
                client = StockClient.connect(address);
                write();
            }
        }

        synchronized long lastAcknowledged() {
            return count == 0 ? Long.MIN_VALUE : acknowledged[count - 1];
        }

        synchronized LongStream acknowledged() {
            return Arrays.stream(acknowledged.clone(), 0, count);
        }

        synchronized int failed() {
            return failed;
        }

        void close() throws InterruptedException {
            closed = true;
            client.close(1_000);
        }
    }
}
