package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.Authority.Identity;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// TLS between servers, ours and Apache ZooKeeper's.
class QuorumTlsTest {
    private static final String[] HOSTS = {"127.0.0.1", "localhost"};
    private static final List<String> FORMATS = List.of(".pem", ".p12", ".jks", "-encrypted.pem");

    /// Once of the one that it dials, and once of the one that dials it; and again after the third, which has the same
    /// address here, was accepted.
    private static final int REFUSALS_MAX = 5;

    private final Authority authority = new Authority("ensemble");

    private static List<Kind> kinds(String servers) {
        return servers.chars()
                .mapToObj(c -> c == 'A' ? Kind.APACHE : Kind.QUORATE)
                .toList();
    }

    /// Every server has its stores in another format.
    private void secure(ProcessEnsemble ensemble, String... lines) throws IOException {
        for (int id = 1; id <= ensemble.servers().size(); id++) {
            secure(ensemble.server(id), authority.issue("CN=server-" + id, HOSTS), id, lines);
        }
    }

    private void secure(ServerProcess server, Identity identity, int id, String... lines) throws IOException {
        Path keys = Authority.writeKeys(identity, keys(server, id));
        Path trust = authority.writeTrust(server.directory().resolve("trust" + FORMATS.get(id % FORMATS.size())));
        if (!keys.endsWith("keys.pem")) { // with a password, Apache ZooKeeper takes every PEM key for an encrypted one
            server.configure("ssl.quorum.keyStore.password=" + Authority.PASSWORD);
        }
        server.configure(
                "ssl.quorum.keyStore.location=" + keys,
                "ssl.quorum.trustStore.location=" + trust,
                "ssl.quorum.trustStore.password=" + Authority.PASSWORD);
        server.configure(lines);
    }

    private static Path keys(ServerProcess server, int id) {
        return server.directory().resolve("keys" + FORMATS.get(id % FORMATS.size()));
    }

    static List<String> eachServerLeadsOverTlsLayouts() {
        return ProcessEnsemble.layouts(List.of("QQA+Q"), "AQA");
    }

    @ParameterizedTest
    @MethodSource("eachServerLeadsOverTlsLayouts")
    void eachServerLeadsOverTls(String servers, @TempDir Path directory) throws Exception {
        int participants = servers.indexOf('+') < 0 ? servers.length() : servers.indexOf('+');
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, participants, kinds(servers.replace("+", "")))) {
            secure(ensemble, "sslQuorum=true");
            ensemble.startAll().awaitServing();
            for (int leader = 1; leader <= participants; leader++) {
                ensemble.makeLead(leader);
                for (ServerProcess server : ensemble.servers()) {
                    server.awaitServing();
                    try (ZooKeeper client = StockClient.connect(server.address())) {
                        client.create("/n-", new byte[100_000], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
                    }
                }
                ensemble.assertEqualTrees();
            }
            for (ServerProcess server : ensemble.servers()) {
                if (server.kind() == Kind.QUORATE) {
                    assertThat(server.said())
                            .contains("quorum TLS: certificate of CN=server-")
                            .doesNotContain("\tat ");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "AQQ")
    void saslGoesOverTls(String servers, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, kinds(servers), Jaas.REQUIRED)) {
            secure(ensemble, "sslQuorum=true");
            Jaas.give(ensemble);
            ensemble.startAll().awaitServing();
            for (int leader = 1; leader <= 2; leader++) {
                ensemble.makeLead(leader);
                try (ZooKeeper client = StockClient.connect(ensemble.server(3).address())) {
                    client.create("/n-", new byte[10], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
                }
            }
            ensemble.assertEqualTrees();
        }
    }

    /// `backup` dials as a server does: with the keys of a server's `zoo.cfg`, and not without.
    @ParameterizedTest
    @ValueSource(strings = "AQQ")
    void aBackupIsTakenOfAnEnsembleThatSpeaksTlsAndSaslOnly(String servers, @TempDir Path directory) throws Exception {
        Path backups = Files.createDirectory(directory.resolve("backups"));
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, kinds(servers), Jaas.REQUIRED)) {
            secure(ensemble, "sslQuorum=true");
            Jaas.give(ensemble);
            ensemble.startAll().awaitServing();
            try (ZooKeeper client = StockClient.connect(ensemble.server(2).address())) {
                client.create("/kept", new byte[10], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            ServerProcess known = ensemble.server(2);
            Path keys = Files.writeString(
                    directory.resolve("keys.cfg"),
                    Files.readString(known.directory().resolve("zoo.cfg")).replaceAll("(?m)^(server|dataDir).*", "")
                            + "java.security.auth.login.config="
                            + known.directory().resolve("jaas.conf"));
            Path noPassword = Files.writeString(
                    directory.resolve("no-password.cfg"),
                    Files.readString(keys).replaceAll("(?m)^quorum\\.auth.*", ""));
            for (int leader = 1; leader <= 2; leader++) {
                ensemble.makeLead(leader);
                String address = "127.0.0.1:" + quorumPort(ensemble.server(leader));
                assertThat(backup(directory, backups, address, "without")).isEqualTo(75);
                assertThat(backup(directory, backups, address, "no-password", "--config", noPassword))
                        .isEqualTo(75);
                assertThat(backup(directory, backups, address, "taken-" + leader, "--config", keys))
                        .isZero();
                assertThat(Files.readString(backups.resolve("taken-" + leader).resolve("manifest.json")))
                        .contains("\"znodes\":");
            }
            Path stranger = Authority.writeKeys(
                    new Authority("somebody else").issue("CN=stranger", HOSTS), directory.resolve("stranger.pem"));
            Path strange = Files.writeString(
                    directory.resolve("stranger.cfg"),
                    Files.readString(keys) + "\nssl.quorum.keyStore.location=" + stranger
                            + "\nssl.quorum.trustStore.location=" + stranger + "\n");
            assertThat(backup(
                            directory,
                            backups,
                            "127.0.0.1:" + quorumPort(ensemble.server(2)),
                            "stranger",
                            "--config",
                            strange))
                    .isEqualTo(1);
        }
        try (Stream<Path> taken = Files.list(backups)) {
            assertThat(taken.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder("taken-1", "taken-2");
        }
        assertThat(Files.readString(directory.resolve("backup.log")))
                .contains("one that wants TLS or SASL of its peers", "certification path")
                .doesNotContain("secret", "\tat ");
    }

    private static int backup(Path directory, Path backups, String leader, String id, Object... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of("bin/quorate-server").toAbsolutePath().toString(),
                "backup",
                "--leader=" + leader,
                "--output=" + backups,
                "--id=" + id));
        Stream.of(more).map(String::valueOf).forEach(command::add);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("backup.log").toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start().waitFor();
    }

    /// A tree that does not fit into any buffer on the way, and a learner that has nothing.
    static List<String> aLargeSnapshotGoesOverTlsLayouts() {
        return ProcessEnsemble.layouts(List.of("QQA"), "AAQ");
    }

    @ParameterizedTest
    @MethodSource("aLargeSnapshotGoesOverTlsLayouts")
    void aLargeSnapshotGoesOverTls(String servers, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, kinds(servers))) {
            secure(ensemble, "sslQuorum=true");
            ensemble.server(2).start();
            ensemble.server(3).start();
            ensemble.server(2).awaitServing();
            ensemble.server(3).awaitServing();
            try (ZooKeeper client = StockClient.connect(ensemble.server(2).address())) {
                for (int i = 0; i < 600; i++) {
                    client.create("/big-" + i, new byte[20_000 + i], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                }
            }
            ensemble.server(1).start().awaitServing();
            ensemble.assertEqualTrees();
        }
    }

    @Test
    void aCertificateIsReplacedUnderTrafficAndABrokenFileIsNot(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, kinds("QQQ"))) {
            secure(ensemble, "sslQuorum=true");
            ensemble.startAll().awaitServing();
            ServerProcess leader = ensemble.leader();
            try (ZooKeeper client = StockClient.connect(leader.address())) {
                for (int i = 0; i < 5; i++) {
                    client.create("/n" + i, new byte[i], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                }
            }
            String epoch = epoch(leader);
            AtomicBoolean enough = new AtomicBoolean();
            AtomicInteger written = new AtomicInteger();
            Thread writer = Thread.startVirtualThread(() -> {
                try (ZooKeeper client = StockClient.connect(leader.address())) {
                    while (!enough.get()) {
                        client.setData("/", new byte[10_000], -1);
                        written.incrementAndGet();
                    }
                } catch (IOException | InterruptedException | KeeperException e) {
                    written.set(Integer.MIN_VALUE);
                }
            });
            for (int id = 1; id <= 3; id++) {
                ServerProcess server = ensemble.server(id);
                assertThat(shown(server).getSubjectX500Principal().getName()).isEqualTo("CN=server-" + id);
                Authority.writeKeys(authority.issue("CN=renewed-" + id, HOSTS), keys(server, id));
                await(server, "files changed; new connections use the certificate of CN=renewed-" + id, 1);
                assertThat(shown(server).getSubjectX500Principal().getName()).isEqualTo("CN=renewed-" + id);

                Files.writeString(keys(server, id), "no key at all");
                await(server, "keys.*go on with what was loaded before", 1);
                assertThat(shown(server).getSubjectX500Principal().getName()).isEqualTo("CN=renewed-" + id);

                Authority.writeKeys(authority.issue("CN=again-" + id, HOSTS), keys(server, id));
                await(server, "CN=again-" + id, 1);
            }
            int before = written.get();
            until(() -> written.get() > before + 10);
            enough.set(true);
            writer.join();
            assertThat(written.get()).isPositive();
            assertThat(ensemble.leader()).isSameAs(leader);
            assertThat(epoch(leader)).as("connections stayed").isEqualTo(epoch);

            ServerProcess follower = ensemble.server(leader == ensemble.server(1) ? 2 : 1);
            follower.stop();
            follower.start().awaitServing();
            ensemble.assertEqualTrees();
        }
    }

    static List<String> aStrangersCertificateIsRefusedWithOneLineLayouts() {
        return ProcessEnsemble.layouts(List.of("QQA"), "QQQ");
    }

    @ParameterizedTest
    @MethodSource("aStrangersCertificateIsRefusedWithOneLineLayouts")
    void aStrangersCertificateIsRefusedWithOneLine(String servers, @TempDir Path directory) throws Exception {
        Identity stranger = new Authority("somebody else").issue("CN=stranger", HOSTS);
        refused(servers, directory, stranger, "unable to find valid certification path|Empty client certificate chain");
    }

    @Test
    void aCertificateForAnotherHostIsRefusedWithOneLine(@TempDir Path directory) throws Exception {
        Identity elsewhere = authority.issue("CN=stranger", "elsewhere.example", "127.9.9.9");
        refused(
                "QQQ",
                directory,
                elsewhere,
                "the certificate is for elsewhere.example, 127.9.9.9, not for 127.0.0.1|No subject alternative names");
    }

    /// The third server is the stranger.
    private void refused(String servers, Path directory, Identity stranger, String reason) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, kinds(servers))) {
            secure(ensemble, "sslQuorum=true");
            Authority.writeKeys(stranger, keys(ensemble.server(3), 3));
            ensemble.startAll();
            ensemble.server(1).awaitServing();
            ensemble.server(2).awaitServing();
            List<ServerProcess> others = List.of(ensemble.server(1), ensemble.server(2));
            for (ServerProcess server : others) {
                await(server, "WARN.*election.*127\\.0\\.0\\.1:\\d+.*(" + reason + ")", 1, REFUSALS_MAX);
            }
            String epoch = epoch(ensemble.server(2));
            try (ZooKeeper client = StockClient.connect(ensemble.server(1).address())) {
                client.setData("/", new byte[1], -1);
            }
            assertThat(ensemble.server(3).mode()).as("the stranger").isEmpty();
            assertThat(epoch(ensemble.server(2))).isEqualTo(epoch);
            for (ServerProcess server : others) {
                assertThat(server.said()).doesNotContain("\tat ");
                assertThat(lines(server, Pattern.compile("WARN.*election port")))
                        .hasSizeBetween(1, REFUSALS_MAX);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "QAQ")
    void aRollingUpgradeLeadsFromPlainToTls(String servers, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, kinds(servers))) {
            ensemble.startAll().awaitServing();
            secure(ensemble);
            for (String step : List.of(
                    "portUnification=true",
                    "sslQuorum=true\nportUnification=true",
                    "sslQuorum=true\nportUnification=false")) {
                for (ServerProcess server : ensemble.servers()) {
                    server.stop();
                    server.configure(step).start().awaitServing();
                    for (ServerProcess any : ensemble.servers()) {
                        any.awaitServing();
                    }
                    try (ZooKeeper client = StockClient.connect(server.address())) {
                        client.create("/n-", new byte[10], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
                    }
                }
                ensemble.assertEqualTrees();
            }
            try (Socket plain = new Socket()) {
                plain.connect(new InetSocketAddress("127.0.0.1", electionPort(ensemble.server(1))), 10_000);
                plain.getOutputStream().write(new byte[] {-1, -1, -1, -1, -1, -1, 0, 0});
                await(ensemble.server(1), "election port: /127\\.0\\.0\\.1:" + plain.getLocalPort() + " closed: ", 1);
            }
        }
    }

    // --- looking at servers

    /// What the election port shows to whoever belongs to the ensemble.
    private X509Certificate shown(ServerProcess server) throws IOException, GeneralSecurityException {
        Identity own = authority.issue("CN=test", HOSTS);
        try (SSLSocket socket =
                (SSLSocket) authority.context(own).getSocketFactory().createSocket("127.0.0.1", electionPort(server))) {
            socket.setSoTimeout(30_000);
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static int quorumPort(ServerProcess server) throws IOException {
        return ownPort(server, 1);
    }

    private static int electionPort(ServerProcess server) throws IOException {
        return ownPort(server, 2);
    }

    private static int ownPort(ServerProcess server, int which) throws IOException {
        String id = Files.readString(server.dataDir().resolve("myid")).strip();
        Matcher line = Pattern.compile("server\\." + id + "=[^:]*:(\\d+):(\\d+)")
                .matcher(Files.readString(server.directory().resolve("zoo.cfg")));
        assertThat(line.find()).isTrue();
        return Integer.parseInt(line.group(which));
    }

    private static String epoch(ServerProcess server) throws IOException {
        return Files.readString(server.dataDir().resolve("version-2").resolve("currentEpoch"));
    }

    private static void await(ServerProcess server, String pattern, int count) throws Exception {
        await(server, pattern, count, count);
    }

    private static void await(ServerProcess server, String pattern, int least, int most) throws Exception {
        Pattern wanted = Pattern.compile(pattern);
        try {
            until(() -> lines(server, wanted).size() >= least);
        } catch (AssertionError e) {
            throw new AssertionError("no line with " + pattern + " in\n" + server.said(), e);
        }
        assertThat(lines(server, wanted)).hasSizeLessThanOrEqualTo(most);
    }

    private static List<String> lines(ServerProcess server, Pattern pattern) {
        return server.said().lines().filter(pattern.asPredicate()).toList();
    }

    private static void until(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
