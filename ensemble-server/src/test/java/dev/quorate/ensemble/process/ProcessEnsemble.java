package dev.quorate.ensemble.process;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// An ensemble of processes on loopback, of either kind or mixed. Server N of the list has id N + 1.
public final class ProcessEnsemble implements AutoCloseable {
    private final List<ServerProcess> servers = new ArrayList<>();
    private final int participants;

    /// Writes the configuration; starts nothing. `extra` are further lines of `zoo.cfg`. One server is standalone.
    public ProcessEnsemble(Path directory, List<Kind> kinds, String... extra) throws IOException {
        this(directory, kinds.size(), kinds, extra);
    }

    /// All servers after the first `participants` are observers.
    ProcessEnsemble(Path directory, int participants, List<Kind> kinds, String... extra) throws IOException {
        this.participants = participants;
        int[] ports = freePorts(kinds.size() * 3);
        StringBuilder members = new StringBuilder();
        for (int i = 0; kinds.size() > 1 && i < kinds.size(); i++) {
            members.append("server.%d=127.0.0.1:%d:%d%s%n"
                    .formatted(i + 1, ports[3 * i + 1], ports[3 * i + 2], i < participants ? "" : ":observer"));
        }
        for (int i = 0; i < kinds.size(); i++) {
            Path home = directory.resolve("server-" + (i + 1));
            Path data = Files.createDirectories(home.resolve("data"));
            Files.writeString(data.resolve("myid"), (i + 1) + "\n");
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

    /// Keys that Apache ZooKeeper reads as system properties only.
    private static List<String> apacheProperties(String... lines) {
        return Stream.of(lines)
                .filter(line -> line.startsWith("znode.") || line.startsWith("jute.") || line.startsWith("fsync."))
                .map(line -> "-D" + line)
                .toList();
    }

    public List<ServerProcess> servers() {
        return servers;
    }

    List<ServerProcess> participants() {
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

    public String connectString() {
        return servers.stream().map(ServerProcess::address).collect(Collectors.joining(","));
    }

    @Override
    public void close() throws InterruptedException {
        for (ServerProcess server : servers) {
            server.close();
        }
    }

    /// Ports that nobody has at the moment. Somebody could take one before we do; the server would then say so and end.
    private static int[] freePorts(int count) throws IOException {
        Set<ServerSocket> held = new HashSet<>();
        try {
            int[] ports = new int[count];
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
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
}
