package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.Notification.PeerState;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import dev.quorate.ensemble.wire.JuteWriter;
import dev.quorate.ensemble.wire.NotificationWire;
import dev.quorate.ensemble.wire.QuorumWire;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What strangers, crashes, full disks and typing errors do to a server: one line that names the thing, and nobody else
/// notices.
class BadInputTest {
    private static final byte[] HTTP = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONNECT = ByteBuffer.allocate(4 + 45)
            .putInt(45)
            .putInt(0)
            .putLong(0)
            .putInt(10_000)
            .putLong(0)
            .putInt(16)
            .put(new byte[16])
            .put((byte) 0)
            .array();

    // --- client port

    @Test
    void garbageOnTheClientPortClosesThatConnectionWithOneLine(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, List.of(Kind.QUORATE))) {
            ServerProcess server = ensemble.startAll().awaitServing().server(1);
            try (ZooKeeper bystander = StockClient.connect(server.address())) {
                List<byte[]> garbage = new ArrayList<>(List.of(
                        HTTP,
                        ints(0),
                        ints(-1),
                        ints(Integer.MAX_VALUE),
                        ints(4, 7),
                        "zzzz".getBytes(StandardCharsets.US_ASCII),
                        join(CONNECT, ints(0)),
                        join(CONNECT, ints(Integer.MIN_VALUE)),
                        join(CONNECT, ints(5, 1, 1 << 24)),
                        join(CONNECT, HTTP),
                        join(CONNECT, ints(8, 1, 4711))));
                for (byte[] bytes : garbage) {
                    String before = Files.readString(server.log());
                    int port = sendAndAwaitClose(server.clientPort(), bytes);
                    awaitLines(server, before, ":" + port + "\\b.*closed", 1);
                    bystander.setData("/", bytes, -1);
                }
                Random random = new Random(1);
                for (int i = 0; i < 200; i++) {
                    byte[] noise = new byte[1 + random.nextInt(200)];
                    random.nextBytes(noise);
                    // With a likely length in front the noise gets as far as the decoders.
                    byte[] framed = join(ints(noise.length), noise);
                    sendAndEnd(server.clientPort(), i % 2 == 0 ? noise : join(CONNECT, framed));
                    bystander.setData("/", noise, -1);
                }
            }
            assertThat(server.running()).isTrue();
            assertThat(Files.readString(server.log())).doesNotContain("\tat ");
        }
    }

    // --- election and quorum port

    @Test
    void garbageOnThePeerPortsClosesThatConnectionWithOneLine(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, Collections.nCopies(3, Kind.QUORATE))) {
            ensemble.startAll().awaitServing();
            ServerProcess leader = ensemble.leader();
            try (ZooKeeper bystander = StockClient.connect(leader.address())) {
                String epoch = epoch(leader);
                int quorumPort = peerPort(leader, 1);
                int electionPort = peerPort(leader, 2);
                List<byte[]> garbage = List.of(
                        HTTP,
                        ints(-1, -1, -1, -1, -1, -1, -1, -1),
                        ints(11, 0, 0, Integer.MAX_VALUE, 0, 0),
                        ints(0, 7, 0, 0, 0, 0, 0, 0, 0));
                for (byte[] bytes : garbage) {
                    for (int peerPort : new int[] {quorumPort, electionPort}) {
                        String before = Files.readString(leader.log());
                        int port = sendAndEnd(peerPort, bytes);
                        awaitLines(leader, before, "127\\.0\\.0\\.1:" + port + "\\b", 1);
                        bystander.setData("/", bytes, -1);
                    }
                }
                Random random = new Random(2);
                for (int i = 0; i < 200; i++) {
                    // Well-formed packets of any type with any content.
                    byte[] data = new byte[random.nextInt(60)];
                    random.nextBytes(data);
                    byte[] packet =
                            join(ints(random.nextInt(-1, 20), random.nextInt(3), random.nextInt(), data.length), data);
                    sendAndEnd(quorumPort, join(packet, ints(0)));
                    byte[] init = join(ints(-1, -65536, 0, 4, 9), "127.0.0.1".getBytes(StandardCharsets.US_ASCII));
                    sendAndEnd(electionPort, join(init, join(ints(data.length), data)));
                    bystander.setData("/", data, -1);
                }
                assertThat(leader.mode()).isEqualTo("leader");
                assertThat(epoch(leader)).as("no election took place").isEqualTo(epoch);
                for (ServerProcess server : ensemble.servers()) {
                    assertThat(server.running()).isTrue();
                    assertThat(Files.readString(server.log())).doesNotContain("\tat ");
                }
                assertThat(StockClient.dump(ensemble.server(1)))
                        .isEqualTo(StockClient.dump(ensemble.server(2)))
                        .isEqualTo(StockClient.dump(ensemble.server(3)));
            }
        }
    }

    /// Whoever speaks the protocol, but is not who it says, or belongs elsewhere.
    @Test
    void peersThatDoNotBelongHereChangeNothingAndAreNamed(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, Collections.nCopies(3, Kind.QUORATE))) {
            ensemble.startAll().awaitServing();
            ServerProcess leader = ensemble.leader();
            long self = Long.parseLong(
                    Files.readString(leader.dataDir().resolve("myid")).strip());
            String epoch = epoch(leader);
            int election = peerPort(leader, 2);
            // Another ensemble's election: a server that nobody here knows, with a history longer than ours.
            byte[] elsewhere = NotificationWire.frame(
                    new Notification(PeerState.LOOKING, 200, 99L << 32, 77, 99, 2, "server.200=x:1:2\nversion=9"));
            try (Socket stranger = connect(election)) {
                String before = Files.readString(leader.log());
                stranger.setSoTimeout(60_000);
                write(stranger, join(init(200), elsewhere));
                DataInputStream in = new DataInputStream(stranger.getInputStream());
                byte[] answer = new byte[in.readInt()];
                in.readFully(answer);
                assertThat(NotificationWire.read(answer).leader())
                        .as("it is told who leads here")
                        .isEqualTo(self);
                awaitLines(
                        leader, before, ":" + stranger.getLocalPort() + ": server 200 is not in the configuration", 1);
            }
            byte[] old = NotificationWire.frame(new Notification(PeerState.LEADING, 201, 0, 1, 0, 2, ""));
            refused(leader, election, init(self), "server id " + self + " is this server's own");
            refused(leader, election, init(4711), "server id 4711");
            refused(leader, election, join(init(201), slice(old, 20)), "in the middle of a notification");
            refused(leader, election, slice(init(201), 17), "ends before the first message");
            refused(leader, election, join(init(201), ints(524_289)), "a notification of 524289 bytes");
            refused(leader, election, join(init(201), ints(1, 0)), "notification of 1 bytes");
            refused(leader, election, join(init(201), join(ints(28, 9), new byte[24])), "notification with state 9");

            int quorum = peerPort(leader, 1);
            byte[] info = packet(new QuorumPacket.LearnerInfo(false, 0, 201, 0x10000, 0));
            refused(leader, quorum, slice(info, info.length - 3), "closed the connection");
            refused(
                    leader,
                    quorum,
                    packet(new QuorumPacket.LearnerInfo(false, 0, self, 0x10000, 0)),
                    "claims to be server " + self);
            refused(leader, quorum, join(info, info), "second LearnerInfo");
            refused(leader, quorum, packet(new QuorumPacket.AckEpoch(0, 0)), "out of turn");
            refused(
                    leader,
                    quorum,
                    packet(new QuorumPacket.LeaderInfo(0, 0x10000)),
                    "a learner does not send LeaderInfo");
            // As one of an old epoch would.
            byte[] synced = join(info, packet(new QuorumPacket.AckEpoch(0, 0)));
            refused(leader, quorum, join(synced, packet(new QuorumPacket.Ack(0))), "instead of NEWLEADER");
            refused(leader, quorum, join(synced, info), "first packet after NEWLEADER is no ACK");

            assertThat(ensemble.leader()).isSameAs(leader);
            assertThat(epoch(leader)).as("no election took place").isEqualTo(epoch);
            try (ZooKeeper client = StockClient.connect(ensemble.connectString())) {
                client.setData("/", new byte[1], -1);
            }
            for (ServerProcess server : ensemble.servers()) {
                assertThat(Files.readString(server.log())).doesNotContain("\tat ");
            }
        }
    }

    private static void refused(ServerProcess server, int peerPort, byte[] bytes, String reason) throws Exception {
        String before = Files.readString(server.log());
        int port = sendAndEnd(peerPort, bytes);
        awaitLines(server, before, "127\\.0\\.0\\.1:" + port + "\\b.*" + reason, 1);
    }

    private static byte[] init(long server) {
        return NotificationWire.init(server, "127.0.0.1:1", false);
    }

    private static byte[] packet(QuorumPacket packet) {
        JuteWriter out = new JuteWriter(64);
        new QuorumWire(1 << 20).write(out, packet);
        return out.toBytes();
    }

    private static byte[] slice(byte[] bytes, int length) {
        return java.util.Arrays.copyOf(bytes, length);
    }

    private static String epoch(ServerProcess server) throws IOException {
        return Files.readString(server.dataDir().resolve("version-2").resolve("currentEpoch"));
    }

    /// Group 1 is the quorum port, group 2 the election port.
    private static int peerPort(ServerProcess server, int group) throws IOException {
        String id = Files.readString(server.dataDir().resolve("myid")).strip();
        Matcher line = Pattern.compile("server\\." + id + "=[^:]*:(\\d+):(\\d+)")
                .matcher(Files.readString(server.directory().resolve("zoo.cfg")));
        assertThat(line.find()).isTrue();
        return Integer.parseInt(line.group(group));
    }

    // --- files

    @Test
    void aTornTailIsCutWithALineThatSaysHowManyBytes(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = written(directory)) {
            Path log = newestLog(ensemble.server(1));
            try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
                file.setLength(endOfEntries(file) - 3);
            }
            ServerProcess server = ensemble.startAll().awaitServing().server(1);
            assertThat(Files.readString(server.log()))
                    .containsPattern(Pattern.quote(log.getFileName().toString()) + ".* \\d+ bytes");
            try (ZooKeeper client = StockClient.connect(server.address())) {
                assertThat(client.exists("/n48", false)).isNotNull();
            }
        }
    }

    @Test
    void aBadChecksumInTheMiddleRefusesToStart(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = written(directory)) {
            ServerProcess server = ensemble.server(1);
            Path log = newestLog(server);
            try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
                long middle = endOfEntries(file) / 2;
                file.seek(middle);
                int before = file.read();
                file.seek(middle);
                file.write(before ^ 0x40);
            }
            String before = Files.readString(server.log());
            assertThat(server.start().exitCode()).isEqualTo(1);
            assertThat(said(server, before))
                    .containsPattern(Pattern.quote(log.toString()) + " at offset \\d+, .*zxid 0x[0-9a-f]+: ")
                    .doesNotContain("\tat ");
        }
    }

    private static ProcessEnsemble written(Path directory) throws Exception {
        ProcessEnsemble ensemble = new ProcessEnsemble(directory, List.of(Kind.QUORATE));
        try (ZooKeeper client =
                StockClient.connect(ensemble.startAll().awaitServing().connectString())) {
            for (int i = 0; i < 50; i++) {
                client.create("/n" + i, new byte[100], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            ensemble.server(1).kill();
        }
        return ensemble;
    }

    private static Path newestLog(ServerProcess server) throws IOException {
        try (var files = Files.list(server.dataDir().resolve("version-2"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("log."))
                    .max(Comparator.comparing(
                            file -> Long.parseLong(file.getFileName().toString().substring(4), 16)))
                    .orElseThrow();
        }
    }

    private static long endOfEntries(RandomAccessFile file) throws IOException {
        long at = 16;
        while (true) {
            file.seek(at + 8);
            int length = at + 12 <= file.length() ? file.readInt() : 0;
            if (length == 0) {
                return at;
            }
            at += 12 + length + 1;
        }
    }

    @Test
    void aFullDiskStopsTheServerWithOneLine(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, List.of(Kind.QUORATE), "preAllocSize=64")) {
            ServerProcess server = ensemble.server(1).startOnSmallDisk(1 << 20);
            server.awaitServing();
            int acknowledged = 0;
            try (ZooKeeper client = StockClient.connect(server.address())) {
                while (acknowledged < 10_000) {
                    client.create("/n" + acknowledged, new byte[10_000], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                    acknowledged++;
                }
            } catch (KeeperException.ConnectionLossException e) {
                // As it should be.
            }
            assertThat(server.exitCode()).isEqualTo(1);
            assertThat(Files.readString(server.log()).lines().filter(line -> line.contains("File too large")))
                    .as(Files.readString(server.log()))
                    .singleElement()
                    .asString()
                    .contains(server.dataDir().resolve("version-2").toString());
            assertThat(Files.readString(server.log())).doesNotContain("\tat ");
            server.start().awaitServing();
            try (ZooKeeper client = StockClient.connect(server.address())) {
                assertThat(acknowledged).isPositive();
                assertThat(client.getChildren("/", false).size()).isGreaterThan(acknowledged);
            }
        }
    }

    // --- configuration

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "tickTime=fast | tickTime=fast | whole number",
                "tickTime=0 | tickTime=0 | from 1",
                "clientPort=70000 | clientPort=70000 | 65535",
                "forceSync=perhaps | forceSync=perhaps | yes",
                "group.1=1:2 | group.1=1:2 | participant",
                "secureClientPort=70000 | secureClientPort=70000 | 65535",
                "minSessionTimeout=99999999 | minSessionTimeout=99999999 | maxSessionTimeout",
                "server.1=nowhere | server.1=nowhere | host:quorumPort:electionPort",
            })
    void aWrongValueIsOneLineWithKeyValueAndWhatIsAllowed(
            String line, String named, String allowed, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, List.of(Kind.QUORATE), line)) {
            ServerProcess server = ensemble.server(1).start();
            assertThat(server.exitCode()).isEqualTo(2);
            assertThat(Files.readString(server.log()).lines())
                    .singleElement()
                    .asString()
                    .contains(named)
                    .contains(allowed)
                    .contains("allowed");
        }
    }

    // --- bytes

    /// The own port of the connection, which the server has closed.
    private static int sendAndAwaitClose(int port, byte[] bytes) throws IOException {
        try (Socket socket = connect(port)) {
            write(socket, bytes);
            socket.setSoTimeout(60_000);
            readToEnd(socket);
            return socket.getLocalPort();
        }
    }

    private static int sendAndEnd(int port, byte[] bytes) throws IOException {
        try (Socket socket = connect(port)) {
            write(socket, bytes);
            socket.shutdownOutput();
            socket.setSoTimeout(60_000);
            readToEnd(socket);
            return socket.getLocalPort();
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
        return socket;
    }

    private static void write(Socket socket, byte[] bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes);
        } catch (SocketException e) {
            // Closed while it was still being told.
        }
    }

    private static void readToEnd(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
        } catch (SocketException e) {
            // A reset is an end too.
        }
    }

    private static String said(ServerProcess server, String before) throws IOException {
        return Files.readString(server.log()).substring(before.length());
    }

    private static void awaitLines(ServerProcess server, String before, String pattern, int count) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        Pattern wanted = Pattern.compile(pattern);
        while (true) {
            List<String> lines =
                    said(server, before).lines().filter(wanted.asPredicate()).toList();
            if (lines.size() == count) {
                return;
            }
            assertThat(lines)
                    .as("lines with " + pattern + " in\n" + said(server, before))
                    .hasSizeLessThan(count);
            assertThat(System.nanoTime())
                    .as("a line with " + pattern + " in time, but there was\n" + said(server, before))
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    private static byte[] join(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
