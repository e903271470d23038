package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.process.Authority.Identity;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that come by TLS, on a port of their own or on the ordinary one.
class ClientTlsTest {
    private final Authority authority = new Authority("clients");

    @TempDir
    Path directory;

    private Path keys(String name) {
        return Authority.writeKeys(
                authority.issue("CN=" + name, "127.0.0.1", "localhost"), directory.resolve(name + ".p12"));
    }

    private String[] stores() {
        return new String[] {
            "ssl.keyStore.location=" + keys("server"),
            "ssl.keyStore.password=" + Authority.PASSWORD,
            "ssl.trustStore.location=" + authority.writeTrust(directory.resolve("trust.pem"))
        };
    }

    private ZooKeeper connect(int port) throws IOException, InterruptedException {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
        config.setProperty(ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
        config.setProperty("zookeeper.ssl.keyStore.location", keys("client").toString());
        config.setProperty("zookeeper.ssl.keyStore.password", Authority.PASSWORD);
        config.setProperty(
                "zookeeper.ssl.trustStore.location",
                directory.resolve("trust.pem").toString());
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(
                "127.0.0.1:" + port,
                10_000,
                event -> {
                    if (event.getState() == KeeperState.SyncConnected) {
                        connected.countDown();
                    }
                },
                config);
        if (!connected.await(60, TimeUnit.SECONDS)) {
            client.close();
            throw new AssertionError("no session by TLS");
        }
        return client;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void large(ZooKeeper client, String path) throws Exception {
        byte[] data = new byte[700_000];
        new java.util.Random(1).nextBytes(data);
        client.create(path, data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        assertThat(client.getData(path, false, null)).isEqualTo(data);
        client.delete(path, -1);
    }

    @Test
    void theStockClientIsServedOnASecurePortBesideThePlainOne() throws Exception {
        int port = freePort();
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, List.of(Kind.QUORATE))) {
            ServerProcess server = ensemble.server(1);
            server.configure(stores()).configure("secureClientPort=" + port, "secureClientPortAddress=127.0.0.1");
            server.start().awaitServing();
            try (ZooKeeper secure = connect(port);
                    ZooKeeper plain = StockClient.connect(server.address())) {
                large(secure, "/secure");
                CountDownLatch seen = new CountDownLatch(1);
                secure.exists("/watched", event -> seen.countDown());
                plain.create("/watched", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                assertThat(seen.await(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(server.ask("conf")).contains("secureClientPort=" + port);

            try (Socket plain = new Socket("127.0.0.1", port)) {
                plain.setSoTimeout(60_000);
                plain.getOutputStream().write("ruok".getBytes(StandardCharsets.US_ASCII));
                assertThat(ended(plain)).isTrue();
                await(server, plain.getLocalPort() + ": closed: the peer does not speak TLS");
            }
            try (SSLSocket nobody =
                    (SSLSocket) authority.context(null).getSocketFactory().createSocket("127.0.0.1", port)) {
                nobody.setSoTimeout(60_000);
                assertThatThrownBy(() -> ask(nobody, "ruok")).isInstanceOf(IOException.class);
                await(server, nobody.getLocalPort() + ": closed: .*[Cc]ertificate");
            }
            Identity stranger = new Authority("clients").issue("CN=stranger", "127.0.0.1");
            try (SSLSocket socket =
                    (SSLSocket) authority.context(stranger).getSocketFactory().createSocket("127.0.0.1", port)) {
                socket.setSoTimeout(60_000);
                assertThatThrownBy(() -> ask(socket, "ruok")).isInstanceOf(IOException.class);
                await(server, socket.getLocalPort() + ": closed: ");
            }
            assertThat(server.said()).doesNotContain("\tat ");
        }
    }

    @Test
    void thePlainPortMayTakeBothAndCertificatesAreRenewed() throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, List.of(Kind.QUORATE))) {
            ServerProcess server = ensemble.server(1);
            server.configure(stores()).configure("client.portUnification=true");
            server.start().awaitServing();
            try (ZooKeeper secure = connect(server.clientPort());
                    ZooKeeper plain = StockClient.connect(server.address())) {
                large(plain, "/plain");
                large(secure, "/secure");
                long session = secure.getSessionId();
                Identity renewed = authority.issue("CN=renewed", "127.0.0.1");
                Authority.writeKeys(renewed, directory.resolve("server.p12"));
                await(server, "client TLS: files changed; new connections use the certificate of CN=renewed");
                SSLContext context = authority.context(authority.issue("CN=client", "127.0.0.1"));
                try (SSLSocket socket =
                        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.clientPort())) {
                    socket.setSoTimeout(60_000);
                    assertThat(ask(socket, "ruok")).isEqualTo("imok");
                    assertThat(((X509Certificate) socket.getSession().getPeerCertificates()[0])
                                    .getSubjectX500Principal()
                                    .getName())
                            .isEqualTo("CN=renewed");
                }
                large(secure, "/secure");
                assertThat(secure.getSessionId()).isEqualTo(session);
            }
        }
    }

    private static String ask(SSLSocket socket, String word) throws IOException {
        socket.startHandshake();
        socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (answer.isEmpty()) {
            throw new SSLException("no answer");
        }
        return answer;
    }

    /// A reset is an end too.
    private static boolean ended(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    private static void await(ServerProcess server, String pattern) throws Exception {
        Pattern wanted = Pattern.compile(pattern);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!wanted.matcher(Files.readString(server.log())).find()) {
            assertThat(System.nanoTime()).as(pattern + " in\n" + server.said()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
