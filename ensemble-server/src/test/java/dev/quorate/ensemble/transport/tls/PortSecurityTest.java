package dev.quorate.ensemble.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.port.TlsSettings;
import dev.quorate.ensemble.port.TlsSettings.ClientAuth;
import dev.quorate.ensemble.port.TlsSettings.Format;
import dev.quorate.ensemble.port.TlsSettings.Store;
import dev.quorate.ensemble.process.Authority;
import dev.quorate.ensemble.transport.LinkChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortSecurityTest {
    private static final int TIMEOUT_MILLIS = 60_000;

    private final Authority authority = new Authority("authority");

    @TempDir
    Path directory;

    private ServerSocketChannel listener;

    @BeforeEach
    void listen() throws IOException {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    private Path keys(String file, String... hosts) {
        return Authority.writeKeys(authority.issue("CN=" + file, hosts), directory.resolve(file));
    }

    private TlsSettings settings(Path keys, String... protocols) {
        Format format = keys.toString().endsWith(".pem")
                ? Format.PEM
                : keys.toString().endsWith(".jks") ? Format.JKS : Format.PKCS12;
        return new TlsSettings(
                new Store(keys, format, Authority.PASSWORD, null),
                new Store(authority.writeTrust(directory.resolve("trust.pem")), Format.PEM, "", null),
                List.of(protocols),
                List.of(),
                ClientAuth.NEED,
                true,
                true,
                false,
                true);
    }

    private record Pair(LinkChannel dialler, LinkChannel acceptor) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            dialler.close();
            acceptor.close();
        }
    }

    /// `host` is whom the dialler believes to dial.
    private Pair connect(PortSecurity dials, PortSecurity accepts, String host)
            throws IOException, ExecutionException, InterruptedException {
        SocketChannel dialled = SocketChannel.open(listener.getLocalAddress());
        SocketChannel accepted = listener.accept();
        CompletableFuture<LinkChannel> acceptor = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                acceptor.complete(accepts.accepted(accepted, TIMEOUT_MILLIS));
            } catch (IOException e) {
                acceptor.completeExceptionally(e);
                closeQuietly(accepted);
            }
        });
        try {
            LinkChannel dialler = dials.dialled(dialled, host, TIMEOUT_MILLIS);
            if (dialler instanceof SecureChannel) {
                acceptor.get();
            }
            dialler.write(ByteBuffer.allocate(1));
            return new Pair(dialler, acceptor.get());
        } catch (IOException | ExecutionException e) {
            dialled.close();
            throw e;
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, a.pem", "TLSv1.2, a-encrypted.pem", "TLSv1.3, a.jks", "TLSv1.2, a.p12"})
    void bytesArriveAsTheyWereSentHoweverTheyAreCut(String protocol, String file) throws Exception {
        try (Tls tls = Tls.open("test", settings(keys(file, "127.0.0.1"), protocol))) {
            PortSecurity security = PortSecurity.of(tls, true, false);
            try (Pair pair = connect(security, security, "127.0.0.1")) {
                exchange(pair.dialler, pair.acceptor, 1);
                exchange(pair.acceptor, pair.dialler, 2);
            }
        }
    }

    /// The greeting byte of [#connect] comes first where the acceptor reads.
    private static void exchange(LinkChannel from, LinkChannel to, int seed) throws IOException {
        Random random = new Random(seed);
        byte[] sent = new byte[3_000_000];
        random.nextBytes(sent);
        byte[] received = new byte[sent.length + LinkChannel.READ_ROOM + 1];
        int greeting = seed == 1 ? 1 : 0;
        ByteBuffer target = ByteBuffer.wrap(received);
        try (Selector selector = Selector.open()) {
            for (LinkChannel channel : List.of(from, to)) {
                channel.socket().configureBlocking(false);
            }
            to.socket().register(selector, java.nio.channels.SelectionKey.OP_READ);
            ByteBuffer source = ByteBuffer.wrap(sent);
            boolean flushed = false;
            while (!flushed || target.position() < sent.length + greeting) {
                if (source.hasRemaining()) {
                    int most = random.nextBoolean() ? 1_000 : 100_000;
                    int limit = Math.min(sent.length, source.position() + 1 + random.nextInt(most));
                    from.write(source.limit(limit));
                    source.limit(sent.length);
                }
                flushed = from.flush() && !source.hasRemaining();
                // Only what the selector tells of is read: nothing may be left behind that it does not know.
                if (selector.selectNow() > 0) {
                    selector.selectedKeys().clear();
                    target.limit(target.position() + LinkChannel.READ_ROOM);
                    assertThat(to.read(target)).isNotNegative();
                }
            }
        }
        assertThat(Arrays.copyOfRange(received, greeting, greeting + sent.length))
                .isEqualTo(sent);
        for (LinkChannel channel : List.of(from, to)) {
            channel.socket().configureBlocking(true);
        }
    }

    @Test
    void whoIsDialledMustBeWhoWasMeant() throws Exception {
        try (Tls tls = Tls.open("test", settings(keys("a.pem", "127.0.0.1", "a.example")))) {
            PortSecurity security = PortSecurity.of(tls, true, false);
            connect(security, security, "a.example").close();
            assertThatThrownBy(() -> connect(security, security, "b.example")).hasMessageContaining("b.example");
        }
    }

    @Test
    void whoDialsMustComeFromWhereItsCertificateIsFor() throws Exception {
        try (Tls acceptor = Tls.open("acceptor", settings(keys("a.pem", "127.0.0.1")));
                Tls stranger = Tls.open("stranger", settings(keys("b.pem", "127.9.9.9", "b.example")))) {
            assertThatThrownBy(() -> connect(
                            PortSecurity.of(stranger, true, false),
                            PortSecurity.of(acceptor, true, false),
                            "127.0.0.1"))
                    .hasRootCauseMessage("the certificate is for b.example, 127.9.9.9, not for 127.0.0.1");
        }
    }

    @Test
    void aForeignAuthorityIsNotTrusted() throws Exception {
        Path foreign = Authority.writeKeys(
                new Authority("authority").issue("CN=x", "127.0.0.1"), directory.resolve("foreign.pem"));
        try (Tls acceptor = Tls.open("acceptor", settings(keys("a.pem", "127.0.0.1")));
                Tls stranger = Tls.open("stranger", settings(foreign))) {
            assertThatThrownBy(() -> connect(
                            PortSecurity.of(stranger, true, false),
                            PortSecurity.of(acceptor, true, false),
                            "127.0.0.1"))
                    .hasRootCauseInstanceOf(java.security.GeneralSecurityException.class);
        }
    }

    @Test
    void aPortThatAcceptsBothTellsThemApart() throws Exception {
        try (Tls tls = Tls.open("test", settings(keys("a.pem", "127.0.0.1")))) {
            PortSecurity both = PortSecurity.of(tls, false, true);
            PortSecurity only = PortSecurity.of(tls, true, false);
            for (PortSecurity dials : List.of(both, only, PortSecurity.PLAIN)) {
                try (Pair pair = connect(dials, both, "127.0.0.1")) {
                    exchange(pair.dialler, pair.acceptor, 1);
                    exchange(pair.acceptor, pair.dialler, 2);
                }
            }
            assertThatThrownBy(() -> connect(PortSecurity.PLAIN, only, "127.0.0.1"))
                    .hasRootCauseMessage("the peer does not speak TLS");
        }
    }

    @Test
    void socketsThatBlockShakeHandsToo() throws Exception {
        try (Tls tls = Tls.open("test", settings(keys("a.pem", "127.0.0.1")));
                ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            PortSecurity only = PortSecurity.of(tls, true, false);
            PortSecurity both = PortSecurity.of(tls, false, true);
            for (PortSecurity dials : List.of(only, both)) {
                CompletableFuture<Integer> heard = CompletableFuture.supplyAsync(() -> {
                    try (Socket socket = server.accept()) {
                        socket.setSoTimeout(TIMEOUT_MILLIS);
                        return both.accepted(socket).in().read();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
                    socket.setSoTimeout(TIMEOUT_MILLIS);
                    dials.dialled(socket, "127.0.0.1").getOutputStream().write(7);
                    assertThat(heard.get()).isEqualTo(7);
                }
            }
        }
    }

    // --- files

    @ParameterizedTest
    @ValueSource(strings = {"a.pem", "a.p12", "a.jks"})
    void aFileThatIsNoStoreIsNamed(String name) throws Exception {
        Path file = Files.writeString(directory.resolve(name), "no store at all");
        assertThatThrownBy(() -> Tls.open("test", settings(file)).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aMissingFileAndAWrongPasswordAndAnUnknownProtocolAreNamed() throws Exception {
        Path missing = directory.resolve("missing.pem");
        assertThatThrownBy(() -> Tls.open("test", settings(missing)).close()).hasMessage(missing + ": no such file");
        TlsSettings good = settings(keys("a.p12", "127.0.0.1"));
        Store wrong = new Store(good.keys().file(), Format.PKCS12, "wrong", null);
        assertThatThrownBy(() -> Tls.open("test", with(good, wrong)).close())
                .hasMessageContaining(wrong.file().toString())
                .hasMessageContaining("password");
        assertThatThrownBy(() ->
                        Tls.open("test", settings(good.keys().file(), "TLSv9")).close())
                .hasMessageContaining("TLSv9");
    }

    private static TlsSettings with(TlsSettings settings, Store keys) {
        return new TlsSettings(
                keys,
                settings.trust(),
                settings.protocols(),
                settings.ciphers(),
                settings.clientAuth(),
                settings.verifyServerName(),
                settings.verifyClientName(),
                settings.reverseLookup(),
                settings.reload());
    }

    @Test
    void aPasswordMayStandInAFileOfItsOwn() throws Exception {
        TlsSettings good = settings(keys("a.p12", "127.0.0.1"));
        Path password = Files.writeString(directory.resolve("password"), Authority.PASSWORD + "\n");
        Store store = new Store(good.keys().file(), Format.PKCS12, "ignored", password);
        Tls.open("test", with(good, store)).close();
    }

    @Test
    void aPemKeyThatIsNotPkcs8IsRefusedByName() throws Exception {
        Path file = keys("a.pem", "127.0.0.1");
        Files.writeString(file, Files.readString(file).replace("PRIVATE KEY", "EC PRIVATE KEY"));
        assertThatThrownBy(() -> Tls.open("test", settings(file)).close())
                .hasMessageContaining(file.toString())
                .hasMessageContaining("BEGIN EC PRIVATE KEY: allowed are PKCS #8 keys");
    }

    @Test
    void newFilesAreForNewConnections() throws Exception {
        Path file = keys("a.pem", "127.0.0.1");
        try (Tls tls = Tls.open("test", settings(file))) {
            PortSecurity security = PortSecurity.of(tls, true, false);
            try (Pair old = connect(security, security, "127.0.0.1")) {
                keys("a.pem", "127.0.0.1", "renewed.example");
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (true) {
                    try {
                        connect(security, security, "renewed.example").close();
                        break;
                    } catch (IOException | ExecutionException e) {
                        assertThat(System.nanoTime()).as(e.getMessage()).isLessThan(deadline);
                        TimeUnit.MILLISECONDS.sleep(50);
                    }
                }
                exchange(old.dialler, old.acceptor, 1);
            }
        }
    }
}
