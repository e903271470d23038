package dev.quorate.ensemble.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.port.SaslSettings;
import dev.quorate.ensemble.port.TlsSettings;
import dev.quorate.ensemble.port.TlsSettings.ClientAuth;
import dev.quorate.ensemble.port.TlsSettings.Format;
import dev.quorate.ensemble.port.TlsSettings.Store;
import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.quorum.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeId() throws IOException {
        Files.writeString(directory.resolve("myid"), "2\n");
    }

    private ServerConfig read(String... lines) throws IOException, ConfigException {
        return read(Map.of(), lines);
    }

    private ServerConfig read(Map<String, String> properties, String... lines) throws IOException, ConfigException {
        Path file = directory.resolve("zoo.cfg");
        Files.writeString(file, "dataDir=" + directory + "\n" + String.join("\n", lines) + "\n");
        return ConfigReader.read(file, properties, Map.of());
    }

    @Test
    void defaultsAreZooKeepers() throws Exception {
        ServerConfig config = read("clientPort=2181");
        assertThat(config.standalone()).isTrue();
        assertThat(config.timing().tickTimeMillis()).isEqualTo(3000);
        assertThat(config.timing().minSessionTimeoutMillis()).isEqualTo(6000);
        assertThat(config.timing().maxSessionTimeoutMillis()).isEqualTo(60_000);
        assertThat(config.limits().maxClientConnectionsPerAddress()).isEqualTo(60);
        assertThat(config.limits().maxRequestBytes()).isEqualTo(0xfffff);
        assertThat(config.admin().words()).containsExactly("srvr");
        assertThat(config.admin().port()).isEqualTo(8080);
        assertThat(config.dataLogDir()).isEqualTo(config.dataDir());
        assertThat(config.warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tickTime=fast           | tickTime=fast: allowed is a whole number from 1 to
            tickTime=0              | tickTime=0: allowed is a whole number from 1 to
            clientPort=70000        | clientPort=70000: allowed is a whole number from 0 to 65535
            forceSync=maybe         | forceSync=maybe: allowed is true or false
            peerType=voter          | peerType=voter: allowed is one of participant, observer
            group.1=1:2             | group.1=1:2: server 1 is no participant of this configuration
            group.1=1:x             | group.1=1:x: allowed as a server in a group is a whole number
            weight.1=heavy          | weight.1=heavy: allowed as a weight is a whole number
            server.x=a:1:2          | server.x=a:1:2: allowed as N in server.N is a whole number
            server.1=a:1            | server.1=a:1: allowed is host:quorumPort:electionPort
            server.1=a:1:2:king     | server.1=a:1:2:king: allowed as role is participant or observer
            server.1=a:1:1          | server.1=a:1:1: the quorum port and the election port must differ
            server.1=a:1:99999      | "99999" is no port
            server.1=a:1:2;3;4      | allowed is host:quorumPort:electionPort
            clientPortAddress=::1   | clientPort is missing
            admin.commandURL=x      | admin.commandURL=x: allowed is a path
            secureClientPort=2281   | ssl.keyStore.location is missing: secureClientPort=2281 needs it
            client.portUnification=true | clientPort is missing
            secureClientPortAddress=::1 | secureClientPort is missing
            """)
    void aWrongValueIsNamedWithWhatIsAllowed(String line, String message) {
        assertThatThrownBy(() -> read(line))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message)
                .hasMessageStartingWith(directory.resolve("zoo.cfg").toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ssl.quorum.clientAuth=perhaps            | ssl.quorum.clientAuth=perhaps: allowed is one of need, want, none
            ssl.quorum.keyStore.type=BCFKS           | ssl.quorum.keyStore.type=BCFKS: allowed is JKS, PKCS12 or PEM
            ssl.quorum.keyStore.location=keys        | ssl.quorum.keyStore.location=keys: allowed is JKS, PKCS12 or PEM
            ssl.quorum.crl=true                      | ssl.quorum.crl=true: revocation is not checked here
            ssl.quorum.ocsp=true                     | ssl.quorum.ocsp=true: revocation is not checked here
            ssl.quorum.context.supplier.class=a.B    | ssl.quorum.context.supplier.class=a.B: foreign classes
            ssl.quorum.keyStore.location=            | ssl.quorum.keyStore.location is missing: sslQuorum=true needs it
            ssl.quorum.trustStore.location=          | ssl.quorum.trustStore.location is missing: sslQuorum=true needs it
            """)
    void aWrongKeyOfTlsIsNamed(String line, String message) {
        assertThatThrownBy(() -> read(
                        "sslQuorum=true",
                        "ssl.quorum.keyStore.location=keys.pem",
                        "ssl.quorum.trustStore.location=trust.pem",
                        line))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    @Test
    void tlsBetweenServersIsReadWithZooKeepersDefaults() throws Exception {
        String[] stores = {
            "ssl.quorum.keyStore.location=keys.p12",
            "ssl.quorum.keyStore.password=secret",
            "ssl.quorum.trustStore.location=trust",
            "ssl.quorum.trustStore.type=JKS",
            "ssl.quorum.trustStore.passwordPath=password"
        };
        assertThat(read(stores).quorum().tls()).as("without sslQuorum").isNull();
        ServerConfig config = read(lines(stores, "sslQuorum=true"));
        assertThat(config.warnings()).isEmpty();
        assertThat(config.toString()).doesNotContain("secret");
        assertThat(config.quorum().tls())
                .isEqualTo(new ServerConfig.PeerTls(
                        new TlsSettings(
                                new Store(Path.of("keys.p12"), Format.PKCS12, "secret", null),
                                new Store(Path.of("trust"), Format.JKS, "", Path.of("password")),
                                List.of(),
                                List.of(),
                                ClientAuth.NEED,
                                true,
                                true,
                                true,
                                true),
                        true,
                        false));
        ServerConfig.PeerTls union = read(lines(
                        stores,
                        "portUnification=true",
                        "sslQuorumReloadCertFiles=false",
                        "zookeeper.ssl.quorum.hostnameVerification=false",
                        "ssl.quorum.enabledProtocols=TLSv1.3, TLSv1.2"))
                .quorum()
                .tls();
        assertThat(union.dials()).isFalse();
        assertThat(union.acceptsPlain()).isTrue();
        assertThat(union.settings().reload()).isFalse();
        assertThat(union.settings().verifyServerName()).isFalse();
        assertThat(union.settings().verifyClientName()).as("off with the other").isFalse();
        assertThat(union.settings().protocols()).containsExactly("TLSv1.3", "TLSv1.2");
    }

    @Test
    void tlsForClientsIsReadWithZooKeepersDefaults() throws Exception {
        String[] store = {"secureClientPort=2281", "ssl.keyStore.location=keys.pem", "clientPort=2181"};
        assertThatThrownBy(() -> read(store)).hasMessageContaining("ssl.trustStore.location is missing");
        ServerConfig.ClientTls tls =
                read(lines(store, "ssl.trustStore.location=trust.pem")).clientTls();
        assertThat(tls.endpoint()).isEqualTo(new ServerConfig.Endpoint("", 2281, -1));
        assertThat(tls.onClientPort()).isFalse();
        assertThat(tls.settings().clientAuth()).isEqualTo(ClientAuth.NEED);
        assertThat(tls.settings().verifyClientName()).isFalse();
        assertThat(tls.settings().reverseLookup()).isFalse();
        assertThat(tls.settings().reload()).isTrue();
        ServerConfig nobody =
                read(lines(store, "ssl.clientAuth=none", "client.portUnification=true", "client.certReload=false"));
        assertThat(nobody.clientTls().settings().trust()).isNull();
        assertThat(nobody.clientTls().settings().reload()).isFalse();
        assertThat(nobody.clientTls().onClientPort()).isTrue();
        assertThat(nobody.warnings()).isEmpty();
    }

    private static String[] lines(String[] lines, String... more) {
        return Stream.of(lines, more).flatMap(Stream::of).toArray(String[]::new);
    }

    // --- SASL

    private static final String JAAS = """
            QuorumServer {
                   org.apache.zookeeper.server.auth.DigestLoginModule required
                   user_ann="secret"
                   user_bob="other";
            };
            QuorumLearner {
                   org.apache.zookeeper.server.auth.DigestLoginModule required
                   username="ann"
                   password="secret";
            };
            Ours {
                   org.apache.zookeeper.server.auth.DigestLoginModule required
                   username="bob" password="other" user_bob="other";
            };
            Kerberos { com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true; };
            Nobody { org.apache.zookeeper.server.auth.DigestLoginModule required; };
            """;

    private ServerConfig readWithJaas(String jaas, String... lines) throws IOException, ConfigException {
        Path file = Files.writeString(directory.resolve("jaas.conf"), jaas);
        return read(Map.of("java.security.auth.login.config", file.toString()), lines);
    }

    @Test
    void theJaasFileOfZooKeeperIsReadWithoutItsClasses() throws Exception {
        assertThat(readWithJaas(JAAS).quorum().sasl()).as("without enableSasl").isNull();
        assertThat(readWithJaas(JAAS, "quorum.auth.enableSasl=true").quorum().sasl())
                .isEqualTo(new SaslSettings(null, Map.of("ann", "secret", "bob", "other"), false));
        ServerConfig config = readWithJaas(
                JAAS,
                "quorum.auth.enableSasl=true",
                "quorum.auth.learnerRequireSasl=true",
                "quorum.auth.serverRequireSasl=true",
                "quorum.cnxn.threads.size=20");
        assertThat(config.quorum().sasl())
                .isEqualTo(new SaslSettings(
                        new SaslSettings.Login("ann", "secret"), Map.of("ann", "secret", "bob", "other"), true))
                .hasToString("dials as ann; accepts ann, bob");
        assertThat(config.warnings()).isEmpty();
        assertThat(readWithJaas(
                                JAAS,
                                "quorum.auth.enableSasl=true",
                                "quorum.auth.learnerRequireSasl=true",
                                "quorum.auth.learner.saslLoginContext=Ours",
                                "quorum.auth.server.saslLoginContext=Ours")
                        .quorum()
                        .sasl())
                .isEqualTo(new SaslSettings(new SaslSettings.Login("bob", "other"), Map.of("bob", "other"), false));
    }

    @Test
    void theJaasFileIsNamedAsTheJdkTakesItOrInTheConfiguration() throws Exception {
        Path file = Files.writeString(directory.resolve("jaas.conf"), JAAS);
        for (String name : List.of(file.toString(), "=" + file, file.toUri().toString())) {
            assertThat(read(Map.of("java.security.auth.login.config", name), "quorum.auth.enableSasl=true")
                            .quorum()
                            .sasl())
                    .isNotNull();
        }
        assertThat(read("quorum.auth.enableSasl=true", "java.security.auth.login.config=" + file)
                        .quorum()
                        .sasl())
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            quorum.auth.enableSasl=false            | learnerRequireSasl=true: allowed with quorum.auth.enableSasl=true only
            quorum.auth.learnerRequireSasl=false    | serverRequireSasl=true: allowed with quorum.auth.learnerRequireSasl=true only
            quorum.auth.kerberos.servicePrincipal=zk/_HOST | servicePrincipal=zk/_HOST: there is no Kerberos here
            java.security.auth.login.config=/none   | java.security.auth.login.config=/none: no such file
            quorum.auth.server.saslLoginContext=X   | jaas.conf: section X is missing: quorum.auth.enableSasl=true needs it
            quorum.auth.learner.saslLoginContext=X  | jaas.conf: section X is missing: quorum.auth.enableSasl=true needs it
            quorum.auth.learner.saslLoginContext=Nobody | jaas.conf: section Nobody: username or password is missing
            quorum.auth.server.saslLoginContext=Nobody  | jaas.conf: section Nobody: no user; allowed is user_NAME="PASSWORD"
            quorum.auth.server.saslLoginContext=Kerberos | Krb5LoginModule: allowed is org.apache.zookeeper.server.auth.DigestLoginModule; there is no Kerberos here
            """)
    void aWrongKeyOfSaslIsNamed(String line, String message) {
        assertThatThrownBy(() -> readWithJaas(
                        JAAS,
                        "quorum.auth.enableSasl=true",
                        "quorum.auth.learnerRequireSasl=true",
                        "quorum.auth.serverRequireSasl=true",
                        line))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aFileThatIsNoJaasFileIsNamed() {
        assertThatThrownBy(() -> read("quorum.auth.enableSasl=true"))
                .hasMessageContaining("java.security.auth.login.config is missing");
        assertThatThrownBy(() -> readWithJaas("QuorumServer { what", "quorum.auth.enableSasl=true"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("jaas.conf: no JAAS file: Configuration Error: expected [controlFlag]");
    }

    @Test
    void severalAddressesOfAServerAreSwitchedOn() throws Exception {
        String[] lines = {"server.2=a:1:2|[::1]:1:2", "server.1=b:1:2", "initLimit=1", "syncLimit=1"};
        assertThatThrownBy(() -> read(lines))
                .hasMessageContaining("server.2=[::1]:1:2|a:1:2")
                .hasMessageContaining("allowed with multiAddress.enabled=true");
        ServerConfig config = read(lines(lines, "multiAddress.enabled=true"));
        assertThat(config.quorum().multiAddress()).isTrue();
        assertThat(config.self().addresses())
                .containsExactlyInAnyOrder(new Member.PeerAddress("a", 1, 2), new Member.PeerAddress("::1", 1, 2));
        assertThat(config.warnings()).isEmpty();
        assertThatThrownBy(() -> read(lines(lines, "multiAddress.enabled=true", "server.2=a:1:2|b:3:4")))
                .hasMessageContaining("server.2=a:1:2|b:3:4:participant: allowed for this server itself are the same");
    }

    @Test
    void anEnsembleNeedsItsLimitsAndItsId() throws Exception {
        String[] members = {"server.1=a:2888:3888", "server.2=b:2888:3888"};
        assertThatThrownBy(() -> read(members)).hasMessageContaining("initLimit is missing");
        Files.delete(directory.resolve("myid"));
        assertThatThrownBy(() -> read("initLimit=5", "syncLimit=2", members[0], members[1]))
                .hasMessageContaining("myid is missing");
    }

    @Test
    void allFormsOfAMemberAreRead() throws Exception {
        ServerConfig config = read(
                "initLimit=5",
                "syncLimit=2",
                "multiAddress.enabled=true",
                "server.1=[::1]:2888:3888:PARTICIPANT;2181",
                "server.2=b:2888:3888;10.0.0.2:2182",
                "server.3=c:2888:3888|d:2889:3889:participant",
                "server.4=e:2888:3888:observer");
        var members = config.quorum().members();
        assertThat(members).isNotNull();
        assertThat(ConfigText.lines(members)).isEqualTo("""
                server.1=[::1]:2888:3888:participant;0.0.0.0:2181
                server.2=b:2888:3888:participant;10.0.0.2:2182
                server.3=c:2888:3888|d:2889:3889:participant
                server.4=e:2888:3888:observer
                """);
        assertThat(config.client()).isEqualTo(new ServerConfig.Endpoint("10.0.0.2", 2182, -1));
        assertThat(config.self()).extracting(Member::id).isEqualTo(2L);
    }

    @Test
    void oneMemberIsStandaloneUnlessThatIsSwitchedOff() throws Exception {
        String[] lines = {"clientPort=2181", "initLimit=5", "syncLimit=2", "server.2=b:2888:3888"};
        assertThat(read(lines).standalone()).isTrue();
        String[] more = java.util.Arrays.copyOf(lines, 5);
        more[4] = "standaloneEnabled=false";
        assertThat(read(more).standalone()).isFalse();
    }

    @Test
    void theDynamicFileHoldsMembersAndItsNameTheirVersion() throws Exception {
        Path dynamic = directory.resolve("zoo.cfg.dynamic.1a0000000b");
        Files.writeString(dynamic, "server.1=a:2888:3888;2181\nserver.2=b:2888:3888;2181\n");
        ServerConfig config = read("initLimit=5", "syncLimit=2", "dynamicConfigFile=" + dynamic);
        assertThat(config.quorum().members()).isNotNull();
        assertThat(config.quorum().members().version()).isEqualTo(0x1a0000000bL);
        assertThatThrownBy(() -> read("initLimit=5", "dynamicConfigFile=" + dynamic, "server.1=a:1:2"))
                .hasMessageContaining("must then stand in that file only");
    }

    @Test
    void bothSpellingsOfAKeyCountAndTheFileWins() throws Exception {
        Map<String, String> properties = Map.of("zookeeper.snapCount", "10", "jute.maxbuffer", "4096");
        assertThat(read(properties).storage().snapCount()).isEqualTo(10);
        assertThat(read(properties).limits().maxRequestBytes()).isEqualTo(4096);
        assertThat(read(properties, "zookeeper.snapCount=20").storage().snapCount())
                .isEqualTo(20);
        assertThat(read(properties, "snapCount=30").storage().snapCount()).isEqualTo(30);
    }

    @Test
    void unknownKeysAreOneWarning() throws Exception {
        assertThat(read("zz=1", "aa=2", "electionAlg=3").warnings())
                .containsExactly(directory.resolve("zoo.cfg") + ": unknown keys, without effect: aa, zz");
    }

    @Test
    void groupsAndWeightsStandBesideTheMembersInlineOrInTheDynamicFile() throws Exception {
        String[] lines = {"server.1=a:1:2", "server.2=b:1:2", "server.3=c:1:2", "group.1=1:2", "group.2=3", "weight.2=0"
        };
        ServerConfig inline = read("initLimit=5", "syncLimit=2", String.join("\n", lines));
        assertThat(inline.quorum().members()).isNotNull();
        assertThat(inline.warnings()).isEmpty();
        assertThat(inline.quorum().members().isQuorum(Set.of(1L, 3L))).isTrue();
        assertThat(inline.quorum().members().isQuorum(Set.of(1L, 2L))).isFalse();
        new DynamicConfigFiles(inline.file(), 1, 0)
                .write(
                        inline.quorum().members().withVersion(0x100000000L),
                        inline.quorum().members().withVersion(0x100000000L));
        assertThat(Files.readString(inline.file())).doesNotContain("group.").doesNotContain("weight.");
        ServerConfig after = ConfigReader.read(inline.file(), Map.of(), Map.of());
        assertThat(after.quorum().members()).isEqualTo(inline.quorum().members().withVersion(0x100000000L));
    }

    @Test
    void aReconfigurationMovesTheMembersOutOfTheStaticFile() throws Exception {
        ServerConfig before = read("initLimit=5", "syncLimit=2", "server.1=a:1:2;3", "server.2=b:1:2;3");
        assertThat(before.quorum().members()).isNotNull();
        new DynamicConfigFiles(before.file(), 1, 0)
                .write(
                        before.quorum().members().withVersion(0x100000000L),
                        before.quorum().members().withVersion(0x100000000L));
        ServerConfig after = ConfigReader.read(before.file(), Map.of(), Map.of());
        assertThat(after.quorum().members()).isEqualTo(before.quorum().members().withVersion(0x100000000L));
        assertThat(Files.readString(directory.resolve("zoo.cfg.bak"))).contains("server.1=a:1:2;3");
    }
}
