package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import dev.quorate.ensemble.wire.NotificationWire;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What strangers do to servers that want SASL of each other: one line with address and reason, and nobody else
/// notices. The ladder's rung 20 has those who belong there.
class QuorumSaslTest {
    private static final long MAGIC = 0x5f24_3501_3501_edccL;
    private static final int STRANGER = 201;

    @Test
    void whoeverDoesNotAuthenticateItselfIsClosedWithOneLine(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble =
                new ProcessEnsemble(directory, Collections.nCopies(3, Kind.QUORATE), Jaas.REQUIRED)) {
            Jaas.give(ensemble);
            ensemble.startAll().awaitServing();
            ServerProcess leader = ensemble.leader();
            String epoch = epoch(leader);
            Map<String, byte[]> strangers = new LinkedHashMap<>();
            strangers.put("the peer does not authenticate itself", bytes(11, 0, 0));
            strangers.put("a SASL token of 4097 bytes", packet(0, 4097));
            strangers.put("a SASL packet with status 9", packet(9, 0));
            strangers.put("ends a SASL exchange that is not its to end", packet(1, 0));
            strangers.put("something else comes in the SASL exchange", join(packet(0, 0), new byte[8]));
            strangers.put(
                    "DIGEST-MD5: ",
                    join(packet(0, 0), join(packet(0, 7), "garbage".getBytes(StandardCharsets.US_ASCII))));
            byte[] init = NotificationWire.init(STRANGER, "127.0.0.1:9", false);
            try (ZooKeeper bystander = StockClient.connect(leader.address());
                    Socket silentVoter = dial(leader, 2, init);
                    Socket silentLearner = dial(leader, 1, new byte[0])) {
                for (Map.Entry<String, byte[]> stranger : strangers.entrySet()) {
                    awaitEnd(leader, dial(leader, 2, join(init, stranger.getValue())), stranger.getKey());
                    awaitEnd(leader, dial(leader, 1, stranger.getValue()), stranger.getKey());
                    bystander.setData("/", stranger.getValue(), -1);
                }
                awaitEnd(leader, silentVoter, "the peer does not answer in the SASL exchange");
                awaitEnd(leader, silentLearner, "nothing was received for ");
                bystander.create("/after", new byte[1], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            assertThat(leader.mode()).isEqualTo("leader");
            assertThat(epoch(leader)).isEqualTo(epoch);
            for (ServerProcess server : ensemble.servers()) {
                assertThat(server.said()).doesNotContain("\tat ").doesNotContain("server " + STRANGER);
            }
            ensemble.assertEqualTrees();
        }
    }

    @Test
    void aServerThatCannotReadItsJaasFileDoesNotStart(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble =
                new ProcessEnsemble(directory, Collections.nCopies(3, Kind.QUORATE), Jaas.REQUIRED)) {
            ServerProcess server = Jaas.give(ensemble.server(1), "secret");
            Path jaas = server.directory().resolve("jaas.conf");
            String kerberos = Files.readString(jaas)
                    .replace(
                            "org.apache.zookeeper.server.auth.DigestLoginModule",
                            "com.sun.security.auth.module.Krb5LoginModule");
            Files.writeString(jaas, kerberos);
            assertThat(server.start().exitCode()).isEqualTo(2);
            assertThat(server.said().strip())
                    .isEqualTo("quorate-server: " + jaas + ": section QuorumLearner: "
                            + "com.sun.security.auth.module.Krb5LoginModule: allowed is "
                            + "org.apache.zookeeper.server.auth.DigestLoginModule; there is no Kerberos here");
        }
    }

    // --- strangers

    private static Socket dial(ServerProcess server, int port, byte[] bytes) throws IOException {
        Socket socket = new Socket("127.0.0.1", peerPort(server, port));
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(bytes);
        return socket;
    }

    private static void awaitEnd(ServerProcess server, Socket stranger, String reason) throws Exception {
        try (stranger) {
            stranger.getInputStream().readAllBytes();
        } catch (SocketException e) {
            // A reset is an end too.
        }
        Pattern line = Pattern.compile(
                "WARN.* port: /127\\.0\\.0\\.1:" + stranger.getLocalPort() + " closed: .*" + Pattern.quote(reason));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (server.said().lines().noneMatch(line.asPredicate())) {
            assertThat(System.nanoTime())
                    .as("a line with " + reason + " in time, but there was\n" + server.said())
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(server.said().lines().filter(line.asPredicate())).hasSize(1);
    }

    /// 1: the quorum port, 2: the election port.
    private static int peerPort(ServerProcess server, int which) throws IOException {
        String id = Files.readString(server.dataDir().resolve("myid")).strip();
        Matcher line = Pattern.compile("server\\." + id + "=[^:]*:(\\d+):(\\d+)")
                .matcher(Files.readString(server.directory().resolve("zoo.cfg")));
        assertThat(line.find()).isTrue();
        return Integer.parseInt(line.group(which));
    }

    private static String epoch(ServerProcess server) throws IOException {
        return Files.readString(server.dataDir().resolve("version-2").resolve("currentEpoch"));
    }

    private static byte[] packet(int status, int length) {
        return ByteBuffer.allocate(16)
                .putLong(MAGIC)
                .putInt(status)
                .putInt(length)
                .array();
    }

    private static byte[] bytes(int... values) {
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
