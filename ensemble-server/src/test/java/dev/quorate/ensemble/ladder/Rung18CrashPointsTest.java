package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ReconfigurableEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import dev.quorate.ensemble.process.StockClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Four voters, of which the fourth leads and is killed while a reconfiguration is under way. How far that has come is
/// exact: whoever is not to hear of it stands still, and is killed before it hears.
class Rung18CrashPointsTest {
    /// So that whoever stands still is not missed meanwhile.
    private static final String PATIENT = "syncLimit=120";

    enum Change {
        A_NEW_OBSERVER,
        THE_SECOND_HAS_NO_VOTE,
        THE_LEADER_LEAVES
    }

    record Case(String layout, Change change) {}

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String layout : List.of("AQAQ", "QAQA")) {
            for (Change change :
                    List.of(Change.THE_SECOND_HAS_NO_VOTE, Change.A_NEW_OBSERVER, Change.THE_LEADER_LEAVES)) {
                cases.add(new Case(layout, change));
            }
        }
        return Boolean.getBoolean("ladder.full") ? cases : cases.subList(0, 1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatOnlyItsLeaderHasIsDropped(Case of, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = started(directory, of.layout);
                ZooKeeperAdmin admin = connected(ensemble)) {
            for (int id = 1; id <= 3; id++) {
                ensemble.server(id).pause();
            }
            propose(ensemble, admin, of.change);
            for (int id = 4; id >= 1; id--) {
                ensemble.server(id).kill();
            }
            for (int id = 1; id <= 3; id++) {
                ensemble.server(id).start();
            }
            for (int id = 1; id <= 3; id++) {
                ensemble.server(id).awaitServing();
                assertThat(isShown(ensemble.server(id), of.change)).isFalse();
            }
            ReconfigurableEnsemble.write(ensemble.server(2));
            ensemble.server(4).start().awaitServing();
            isEverywhere(ensemble, of.change, false);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatOneFollowerHasIsFinishedByIt(Case of, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = started(directory, of.layout);
                ZooKeeperAdmin admin = connected(ensemble);
                ZooKeeper moving = StockClient.connect(ensemble.server(4).address())) {
            ensemble.server(1).pause();
            ensemble.server(2).pause();
            propose(ensemble, admin, of.change);
            awaitProposalAt(ensemble.server(3), moving);
            ensemble.server(4).kill();
            for (int id = 1; id <= 2; id++) {
                ensemble.server(id).kill();
                ensemble.server(id).start();
            }
            ensemble.server(3).awaitServing();
            assertThat(Layout.leader(ensemble)).isSameAs(ensemble.server(3));
            ensemble.server(4).start();
            isEverywhere(ensemble, of.change, true);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsCommittedAtOneFollowerIsInForce(Case of, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = started(directory, of.layout);
                ZooKeeperAdmin admin = connected(ensemble);
                ZooKeeper moving = StockClient.connect(ensemble.server(4).address())) {
            ServerProcess first = ensemble.server(1);
            ServerProcess third = ensemble.server(3);
            String before = Files.readString(first.directory().resolve("zoo.cfg"));
            first.pause();
            ensemble.server(2).pause();
            propose(ensemble, admin, of.change);
            awaitProposalAt(third, moving);
            third.pause();
            first.resume();
            Layout.await(() ->
                    !Files.readString(first.directory().resolve("zoo.cfg")).equals(before));
            // The first has it committed, the third proposed, the second not at all.
            ensemble.server(4).kill();
            for (int id = 2; id <= 3; id++) {
                ensemble.server(id).kill();
                ensemble.server(id).start();
            }
            for (int id = 1; id <= 3; id++) {
                ensemble.server(id).awaitServing();
                assertThat(isShown(ensemble.server(id), of.change)).isTrue();
            }
            ReconfigurableEnsemble.write(ensemble.server(3));
            ensemble.server(4).start();
            if (of.change == Change.THE_LEADER_LEAVES) {
                // It had written down that it is no member any more; whoever starts has to be one.
                assertThat(ensemble.server(4).exitCode()).isNotZero();
            } else {
                isEverywhere(ensemble, of.change, true);
            }
        }
    }

    private static ProcessEnsemble started(Path directory, String layout) throws Exception {
        ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, layout, 4, PATIENT);
        // A quorum is three of them, and the largest id wins.
        for (int id = 2; id <= 4; id++) {
            ensemble.server(id).start();
        }
        ensemble.server(4).awaitServing();
        ensemble.server(1).start();
        ensemble.awaitServing();
        assertThat(ensemble.server(4).mode()).isEqualTo("leader");
        ReconfigurableEnsemble.write(ensemble.server(1));
        return ensemble;
    }

    /// At the leader, with a session already.
    private static ZooKeeperAdmin connected(ProcessEnsemble ensemble) throws Exception {
        ZooKeeperAdmin admin = ReconfigurableEnsemble.admin(ensemble.server(4));
        admin.exists("/", false);
        return admin;
    }

    /// Returns when the leader has written down that it has proposed.
    private static void propose(ProcessEnsemble ensemble, ZooKeeperAdmin admin, Change change) throws Exception {
        Path next = ensemble.server(4).directory().resolve("zoo.cfg.dynamic.next");
        assertThat(next).doesNotExist();
        admin.reconfigure(
                joining(ensemble, change),
                change == Change.THE_LEADER_LEAVES ? "4" : null,
                null,
                -1,
                (rc, path, context, data, stat) -> {},
                null);
        Layout.await(() -> Files.exists(next));
    }

    private static String joining(ProcessEnsemble ensemble, Change change) throws IOException {
        int[] ports = ProcessEnsemble.freePorts(3);
        return switch (change) {
            case A_NEW_OBSERVER ->
                "server.9=127.0.0.1:%d:%d:observer;127.0.0.1:%d".formatted(ports[0], ports[1], ports[2]);
            case THE_SECOND_HAS_NO_VOTE -> ReconfigurableEnsemble.line(ensemble.server(2), 2, "observer");
            case THE_LEADER_LEAVES -> null;
        };
    }

    private static void awaitProposalAt(ServerProcess server, ZooKeeper moving) throws Exception {
        Layout.await(() -> Files.exists(server.directory().resolve("zoo.cfg.dynamic.next"))
                && Layout.hasLogged(server, "/zookeeper/config"));
        // What the leader says to this comes behind the ack.
        StockClient.takeUp(server.address(), moving).close(0);
    }

    private static boolean isShown(ServerProcess server, Change change) throws Exception {
        String config = ReconfigurableEnsemble.config(server);
        assertThat(config).contains("version=");
        return switch (change) {
            case A_NEW_OBSERVER -> config.contains("server.9=");
            case THE_SECOND_HAS_NO_VOTE -> config.contains(":observer");
            case THE_LEADER_LEAVES -> !config.contains("server.4=");
        };
    }

    /// Everybody serves, shows the same, and has written it down; and the next reconfiguration goes through.
    private static void isEverywhere(ProcessEnsemble ensemble, Change change, boolean finished) throws Exception {
        ensemble.awaitServing();
        String config = ReconfigurableEnsemble.config(ensemble.server(3));
        for (ServerProcess server : ensemble.servers()) {
            Layout.await(() -> ReconfigurableEnsemble.config(server).equals(config));
            assertThat(isShown(server, change)).isEqualTo(finished);
            isWritten(server, config);
            if (server.kind() == Kind.QUORATE && !finished) {
                assertThat(server.directory().resolve("zoo.cfg.dynamic.next")).doesNotExist();
            }
        }
        if (change == Change.THE_SECOND_HAS_NO_VOTE && finished) {
            assertThat(ensemble.server(2).mode()).isEqualTo("observer");
        }
        int[] ports = ProcessEnsemble.freePorts(3);
        ReconfigurableEnsemble.reconfigure(
                ensemble.server(3),
                "server.8=127.0.0.1:%d:%d:observer;127.0.0.1:%d".formatted(ports[0], ports[1], ports[2]),
                null,
                "server.8=");
        String last = ReconfigurableEnsemble.config(ensemble.server(3));
        for (ServerProcess server : ensemble.servers()) {
            Layout.await(() -> ReconfigurableEnsemble.config(server).equals(last));
            isWritten(server, last);
            assertThat(server.directory().resolve("zoo.cfg.dynamic.next")).doesNotExist();
        }
        ensemble.assertEqualTrees();
    }

    private static void isWritten(ServerProcess server, String config) throws IOException {
        String version = config.substring(config.indexOf("version=") + "version=".length());
        Path dynamic = server.directory().resolve("zoo.cfg.dynamic." + version);
        assertThat(Files.readAllLines(server.directory().resolve("zoo.cfg")))
                .contains("dynamicConfigFile=" + dynamic.toAbsolutePath());
        // Apache ZooKeeper shows them in the order of a hash table.
        assertThat(Files.readAllLines(dynamic))
                .containsExactlyInAnyOrderElementsOf(
                        config.replaceFirst("version=.*", "").lines().toList());
    }
}
