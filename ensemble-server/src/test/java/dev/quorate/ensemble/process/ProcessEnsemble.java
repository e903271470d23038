package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooKeeper;

/// An ensemble of processes on loopback, of either kind or mixed. Server N of the list has id N + 1.
public final class ProcessEnsemble implements AutoCloseable {
    /// Which layouts a test runs with: the first ones in every build, the rest too with `-Dladder.full=true`.
    public static List<String> layouts(List<String> always, String... rest) {
        List<String> layouts = new ArrayList<>(always);
        if (Boolean.getBoolean("ladder.full")) {
            layouts.addAll(List.of(rest));
        }
        return layouts;
    }

    /// At which ports a server finds another one. Each server has a configuration of its own.
    public interface Wiring {
        int quorumPort(int from, int to, int port) throws IOException;

        int electionPort(int from, int to, int port) throws IOException;
    }

    public static final Wiring DIRECT = new Wiring() {
        @Override
        public int quorumPort(int from, int to, int port) {
            return port;
        }

        @Override
        public int electionPort(int from, int to, int port) {
            return port;
        }
    };

    /// Below those that the kernel gives to whoever dials.
    private static final int PORT_MIN = 10_000;

    private static final int PORT_MAX = 32_000;

    private final List<ServerProcess> servers = new ArrayList<>();
    private final int participants;

    /// Writes the configuration; starts nothing. `extra` are further lines of `zoo.cfg`. One server is standalone.
    public ProcessEnsemble(Path directory, List<Kind> kinds, String... extra) throws IOException {
        this(directory, kinds.size(), kinds, extra);
    }

    /// All servers after the first `participants` are observers.
    public ProcessEnsemble(Path directory, int participants, List<Kind> kinds, String... extra) throws IOException {
        this(directory, participants, kinds, DIRECT, extra);
    }

    public ProcessEnsemble(Path directory, int participants, List<Kind> kinds, Wiring wiring, String... extra)
            throws IOException {
        this.participants = participants;
        int[] ports = freePorts(kinds.size() * 3);
        for (int i = 0; i < kinds.size(); i++) {
            Path home = directory.resolve("server-" + (i + 1));
            Path data = Files.createDirectories(home.resolve("data"));
            Files.writeString(data.resolve("myid"), (i + 1) + "\n");
            StringBuilder members = new StringBuilder();
            for (int j = 0; kinds.size() > 1 && j < kinds.size(); j++) {
                int quorum = ports[3 * j + 1];
                int election = ports[3 * j + 2];
                members.append("server.%d=%s:%d:%d%s%n"
                        .formatted(
                                j + 1,
                                host(j, extra),
                                i == j ? quorum : wiring.quorumPort(i + 1, j + 1, quorum),
                                i == j ? election : wiring.electionPort(i + 1, j + 1, election),
                                j < participants ? "" : ":observer"));
            }
            Files.writeString(home.resolve("zoo.cfg"), """
                    tickTime=500
                    initLimit=20
                    syncLimit=8
                    dataDir=%s
                    clientPort=%d
                    clientPortAddress=127.0.0.1
                    maxClientCnxns=0
                    4lw.commands.whitelist=*
                    admin.enableServer=false
                    %s
                    %s
                    %s
                    """.formatted(
                            data,
                            ports[3 * i],
                            i < participants ? "" : "peerType=observer",
                            String.join("\n", extra),
                            members));
            servers.add(new ServerProcess(home, ports[3 * i], kinds.get(i), apacheProperties(extra)));
        }
    }

    /// Followers feed observers all at the same port, so each needs an address of its own.
    private static String host(int server, String... lines) {
        boolean shared = Stream.of(lines).noneMatch(line -> line.startsWith("observerMasterPort="));
        return "127.0.0." + (shared ? 1 : server + 1);
    }

    /// Keys that Apache ZooKeeper reads as system properties only.
    private static List<String> apacheProperties(String... lines) {
        return Stream.of(lines)
                .filter(line -> line.startsWith("znode.")
                        || line.startsWith("jute.")
                        || line.startsWith("fsync.")
                        || line.startsWith("readonlymode."))
                .map(line -> "-D" + line)
                .toList();
    }

    public List<ServerProcess> servers() {
        return servers;
    }

    public List<ServerProcess> participants() {
        return servers.subList(0, participants);
    }

    public ServerProcess server(int id) {
        return servers.get(id - 1);
    }

    public ProcessEnsemble startAll() throws IOException {
        for (ServerProcess server : servers) {
            server.start();
        }
        return this;
    }

    public ProcessEnsemble awaitServing() throws InterruptedException, IOException {
        for (ServerProcess server : servers) {
            server.awaitServing();
        }
        return this;
    }

    /// The server that leads now; there must be one.
    public ServerProcess leader() {
        return servers.stream()
                .filter(server -> server.running() && server.mode().equals("leader"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no server leads"));
    }

    /// One of the others misses a write of the wanted one and of the third; then the third stops, and the wanted one
    /// meets only the one that is behind: its vote wins, whatever the ids.
    public void makeLead(int wanted) throws Exception {
        ServerProcess candidate = server(wanted);
        if (leader() == candidate) {
            return;
        }
        List<ServerProcess> others =
                participants().stream().filter(server -> server != candidate).toList();
        ServerProcess behind = others.getFirst();
        ServerProcess third = others.getLast();
        behind.stop();
        candidate.awaitServing();
        third.awaitServing();
        try (ZooKeeper client = StockClient.connect(candidate.address())) {
            client.setData("/", new byte[] {(byte) wanted}, -1);
        }
        third.stop();
        behind.start();
        behind.awaitServing();
        candidate.awaitServing();
        third.start().awaitServing();
        assertThat(leader().address()).isEqualTo(candidate.address());
    }

    public String connectString() {
        return servers.stream().map(ServerProcess::address).collect(Collectors.joining(","));
    }

    /// Also every digest that a transaction carried was the tree's, on every server.
    public void assertEqualTrees() throws Exception {
        awaitEqualTrees();
        for (ServerProcess server : servers) {
            assertThat(digestMismatches(server))
                    .as("digest mismatches of %s at %s", server.kind(), server.address())
                    .isZero();
        }
    }

    public void awaitEqualTrees() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        List<SortedMap<String, String>> trees = new ArrayList<>();
        do {
            trees.clear();
            for (ServerProcess server : servers) {
                trees.add(StockClient.dump(server));
            }
            // Sessions of the dumps and of the workload may still be closing between two dumps.
        } while (trees.stream().distinct().count() > 1 && System.nanoTime() < deadline);
        assertThat(trees.getFirst().size()).isGreaterThan(1);
        assertThat(trees).allSatisfy(tree -> assertThat(tree).isEqualTo(trees.getFirst()));
    }

    /// How many transactions came with another digest than the tree had then.
    public static long digestMismatches(ServerProcess server) {
        String name = "zk_digest_mismatches_count";
        return server.ask("mntr")
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.substring(name.length()).strip()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(server.address() + " does not tell " + name));
    }

    @Override
    public void close() throws InterruptedException {
        for (ServerProcess server : servers) {
            server.close();
        }
    }

    /// Ports that nobody has at the moment, and that no connection is given while their server is down. Somebody could
    /// take
    /// one before we do; the server would then say so and end.
    public static int[] freePorts(int count) throws IOException {
        Set<ServerSocket> held = new HashSet<>();
        try {
            int[] ports = new int[count];
            for (int i = 0; i < count; i++) {
                ServerSocket socket = freePort();
                held.add(socket);
                ports[i] = socket.getLocalPort();
            }
            return ports;
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private static ServerSocket freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
            try {
                return new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"));
            } catch (BindException e) {
                // Another one then.
            }
        }
    }
}
