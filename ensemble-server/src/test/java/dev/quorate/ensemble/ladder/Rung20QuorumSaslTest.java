package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.Jaas;
import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import dev.quorate.ensemble.process.StockClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// SASL between servers of both kinds, with either as dialler and as acceptor, on both ports.
class Rung20QuorumSaslTest {
    static List<String> withObserver() {
        return Layout.layouts("QAQ+A", "AQA+Q", "QAA+Q", "AQQ+A");
    }

    static List<String> threes() {
        return Layout.layouts("AQQ", "QAA", "AQA", "QAQ");
    }

    static List<String> rolled() {
        return Layout.layouts("QAQ", "AQA");
    }

    @ParameterizedTest
    @MethodSource("withObserver")
    void eachServerLeadsWhereAllAuthenticateThemselves(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout, Jaas.REQUIRED)) {
            Jaas.give(ensemble);
            ensemble.startAll().awaitServing();
            for (int leader = 1; leader <= 3; leader++) {
                ensemble.makeLead(leader);
                writeEverywhere(ensemble);
            }
            ensemble.assertEqualTrees();
            for (ServerProcess server : ensemble.servers()) {
                if (server.kind() == Kind.QUORATE) {
                    assertThat(server.said())
                            .contains("quorum SASL: dials as server; accepts server\n")
                            .doesNotContain("secret", "\tat ");
                }
            }
        }
    }

    /// The third server is kept out by whichever kind; the others do not notice, and take it in as soon as it may.
    @ParameterizedTest
    @MethodSource("threes")
    void whoHasNoPasswordOrAWrongOneStaysOutside(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout, Jaas.REQUIRED)) {
            Jaas.give(ensemble);
            ServerProcess outside = ensemble.server(3);
            List<ServerProcess> inside = List.of(ensemble.server(1), ensemble.server(2));
            for (ServerProcess server : inside) {
                server.start();
            }
            for (ServerProcess server : inside) {
                server.awaitServing();
            }
            String epoch = epoch(ensemble.server(2));
            Jaas.give(outside, "guessed").start();
            awaitRefusal(inside, "DIGEST-MD5: digest response format violation. Mismatched response.");
            assertStaysOutside(outside, inside, epoch);

            Jaas.give(outside, "secret").configure("quorum.auth.serverRequireSasl=false");
            outside.configure("quorum.auth.learnerRequireSasl=false").start();
            awaitRefusal(inside, "the peer does not authenticate itself");
            assertStaysOutside(outside, inside, epoch);

            outside.configure(Jaas.REQUIRED).start().awaitServing();
            writeEverywhere(ensemble);
            ensemble.assertEqualTrees();
            assertThat(epoch(ensemble.server(2))).isEqualTo(epoch);
        }
    }

    /// As ZooKeeper's guide says: each server knows SASL, then each dials with it, then none is accepted without.
    @ParameterizedTest
    @MethodSource("rolled")
    void aRunningEnsembleGetsItInThreeRolls(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout)) {
            ensemble.startAll().awaitServing();
            Jaas.give(ensemble);
            for (String roll : Jaas.ROLLS) {
                for (ServerProcess server : ensemble.servers()) {
                    server.stop();
                    server.configure(roll).start().awaitServing();
                    writeEverywhere(ensemble);
                }
            }
            ensemble.assertEqualTrees();
        }
    }

    private static void awaitRefusal(List<ServerProcess> inside, String reason) throws Exception {
        Pattern line = Pattern.compile("WARN.*election port: /127\\.0\\.0\\.1:\\d+ closed: " + Pattern.quote(reason));
        Layout.await(() -> inside.stream()
                .filter(server -> server.kind() == Kind.QUORATE)
                .allMatch(server -> line.matcher(server.said()).find()));
    }

    private static void assertStaysOutside(ServerProcess outside, List<ServerProcess> inside, String epoch)
            throws Exception {
        for (ServerProcess server : inside) {
            try (ZooKeeper client = StockClient.connect(server.address())) {
                client.setData("/", new byte[1], -1);
            }
            assertThat(epoch(server)).isEqualTo(epoch);
            if (server.kind() == Kind.QUORATE) {
                assertThat(server.said()).doesNotContain("\tat ");
            }
        }
        assertThat(outside.mode()).isEmpty();
        outside.stop();
    }

    private static String epoch(ServerProcess server) throws Exception {
        return Files.readString(server.dataDir().resolve("version-2").resolve("currentEpoch"));
    }

    private static void writeEverywhere(ProcessEnsemble ensemble) throws Exception {
        for (ServerProcess server : ensemble.servers()) {
            server.awaitServing();
            try (ZooKeeper client = StockClient.connect(server.address())) {
                client.create("/n-", new byte[100], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
            }
        }
    }
}
