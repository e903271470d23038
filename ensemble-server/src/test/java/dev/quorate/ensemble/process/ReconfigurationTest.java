package dev.quorate.ensemble.process;

import static dev.quorate.ensemble.process.ReconfigurableEnsemble.admin;
import static dev.quorate.ensemble.process.ReconfigurableEnsemble.await;
import static dev.quorate.ensemble.process.ReconfigurableEnsemble.awaitMode;
import static dev.quorate.ensemble.process.ReconfigurableEnsemble.config;
import static dev.quorate.ensemble.process.ReconfigurableEnsemble.line;
import static dev.quorate.ensemble.process.ReconfigurableEnsemble.reconfigure;
import static dev.quorate.ensemble.process.ReconfigurableEnsemble.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The stock client changes the members of a running ensemble, of servers of either kind (rungs 16 to 18 of
/// peer-protocol.md §10).
class ReconfigurationTest {
    private static ServerProcess follower(ProcessEnsemble ensemble, ServerProcess leader) {
        return ensemble.servers().subList(0, 3).stream()
                .filter(server -> server != leader)
                .findFirst()
                .orElseThrow();
    }

    static List<String> membersComeAndGoAndChangeTheirRolesLayouts() {
        return ProcessEnsemble.layouts(List.of("QQAA"), "AAQQ", "QQQQ");
    }

    @ParameterizedTest
    @MethodSource("membersComeAndGoAndChangeTheirRolesLayouts")
    void membersComeAndGoAndChangeTheirRoles(String kinds, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, kinds, 3)) {
            ensemble.startAll().awaitServing();
            ServerProcess spare = ensemble.server(4);
            awaitMode(spare, "follower"); // without a vote
            ServerProcess leader = ensemble.leader();
            ServerProcess follower = follower(ensemble, leader);

            reconfigure(leader, line(spare, 4, "observer"), null, "server.4=");
            awaitMode(spare, "observer");
            reconfigure(follower, line(spare, 4, "participant"), null, ":participant;127.0.0.1:" + spare.clientPort());
            awaitMode(spare, "follower");
            write(spare);
            reconfigure(leader, line(spare, 4, "observer"), null, ":observer;127.0.0.1:" + spare.clientPort());
            awaitMode(spare, "observer");
            reconfigure(leader, line(spare, 4, "participant"), null, ":participant;127.0.0.1:" + spare.clientPort());
            awaitMode(spare, "follower");

            int gone = ensemble.servers().indexOf(follower) + 1;
            reconfigure(leader, null, String.valueOf(gone), "!server." + gone + "=");
            awaitMode(follower, "follower"); // it goes on without a vote
            write(follower);
            reconfigure(leader, line(follower, gone, "participant"), null, "server." + gone + "=");

            int led = ensemble.servers().indexOf(leader) + 1;
            reconfigure(follower, null, String.valueOf(led), "!server." + led + "=");
            await("another leader", () -> ensemble.servers().stream()
                    .anyMatch(server -> server != leader && server.mode().equals("leader")));
            awaitMode(leader, "follower");
            write(leader);
            ensemble.awaitServing().assertEqualTrees();

            // What the files say is what the servers start with: they must know themselves.
            reconfigure(follower, line(leader, led, "participant"), null, "server." + led + "=");
            awaitMode(leader, "follower");
            for (ServerProcess server : ensemble.servers()) {
                server.stop();
            }
            String version = config(ensemble).replaceAll("(?s).*version=", "");
            for (ServerProcess server : ensemble.servers()) {
                assertThat(Files.readString(server.directory().resolve("zoo.cfg")))
                        .contains("dynamicConfigFile=")
                        .contains(".dynamic." + version)
                        .doesNotContain("server.");
                assertThat(server.directory().resolve("zoo.cfg.dynamic.next")).doesNotExist();
            }
            ensemble.startAll().awaitServing();
            write(leader);
            ensemble.assertEqualTrees();
        }
    }

    /// The version that all files agree on, as `version=`.
    private static String config(ProcessEnsemble ensemble) throws IOException {
        String staticFile = Files.readString(ensemble.server(4).directory().resolve("zoo.cfg"));
        return "version="
                + staticFile.substring(staticFile.lastIndexOf('.') + 1).strip();
    }

    @Test
    void oneServerBecomesThreeAndOneAgain(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, "QQQ", 1)) {
            ensemble.startAll().awaitServing();
            ServerProcess first = ensemble.server(1);
            awaitMode(first, "leader");
            AtomicInteger fired = new AtomicInteger();
            try (ZooKeeper watcher = StockClient.connect(first.address())) {
                watcher.getConfig(
                        event -> fired.addAndGet(event.getType() == EventType.NodeDataChanged ? 1 : 0), new Stat());
                reconfigure(
                        first,
                        line(ensemble.server(2), 2, "participant") + "," + line(ensemble.server(3), 3, "participant"),
                        null,
                        "server.3=");
                await("the watch fires", () -> fired.get() == 1);
            }
            write(ensemble.server(3));
            first.kill();
            write(ensemble.server(2));
            first.start().awaitServing();
            write(first);
            write(first);
            ensemble.assertEqualTrees();
            ServerProcess leader = ensemble.leader();
            int led = ensemble.servers().indexOf(leader) + 1;
            String others = led == 1 ? "2,3" : led == 2 ? "1,3" : "1,2";
            reconfigure(leader, null, others, "!server." + others.charAt(0) + "=");
            for (char other : others.replace(",", "").toCharArray()) {
                ensemble.server(other - '0').stop();
            }
            write(leader);
            leader.stop();
            leader.start().awaitServing();
            write(leader);
        }
    }

    static List<String> whatCannotBeIsRefusedWithItsCodeLayouts() {
        return ProcessEnsemble.layouts(List.of("QQQ"), "AAA");
    }

    @ParameterizedTest
    @MethodSource("whatCannotBeIsRefusedWithItsCodeLayouts")
    void whatCannotBeIsRefusedWithItsCode(String kinds, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, kinds, 3)) {
            ensemble.startAll().awaitServing();
            ServerProcess leader = ensemble.leader();
            try (ZooKeeperAdmin admin = admin(leader)) {
                String nobody = "server.%d=127.0.0.1:%d:%d:participant;127.0.0.1:%d";
                String absent = nobody.formatted(7, 1, 2, 3) + "," + nobody.formatted(8, 4, 5, 6) + ","
                        + nobody.formatted(9, 7, 8, 9);
                for (int id = 1; id <= 3; id++) {
                    write(ensemble.server(id));
                }
                refused(admin, Code.BADVERSION, null, "1", null, 77);
                refused(admin, Code.BADARGUMENTS, "server.9=127.0.0.1:1:2:participant", null, null, -1);
                refused(admin, Code.BADARGUMENTS, "server.9=junk;1", null, null, -1);
                // ZooKeeper's own mistake: it says MARSHALLINGERROR.
                refused(admin, kinds.equals("AAA") ? Code.MARSHALLINGERROR : Code.BADARGUMENTS, null, "two", null, -1);
                refused(admin, Code.BADARGUMENTS, null, "1,2,3", null, -1);
                refused(admin, Code.BADARGUMENTS, null, null, "tickTime=3", -1);
                refused(admin, Code.NEWCONFIGNOQUORUM, absent, "1,2", null, -1);
                refused(admin, Code.NEWCONFIGNOQUORUM, null, null, absent, -1);
            }
            for (ServerProcess server : ensemble.servers()) {
                server.stop();
                server.jvmOptions(List.of()).start();
            }
            ensemble.awaitServing();
            try (ZooKeeperAdmin admin = admin(ensemble.server(1))) {
                refused(admin, Code.NOAUTH, null, "1", null, -1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUORATE", "APACHE"})
    void reconfigurationIsOffUnlessItIsAskedFor(Kind kind, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, List.of(kind, kind, kind))) {
            ensemble.startAll().awaitServing();
            try (ZooKeeperAdmin admin = admin(ensemble.server(2))) {
                refused(admin, Code.RECONFIGDISABLED, null, "1", null, -1);
            }
        }
    }

    private static void refused(
            ZooKeeperAdmin admin, Code code, String joining, String leaving, String members, long version) {
        assertThatThrownBy(() -> admin.reconfigure(joining, leaving, members, version, new Stat()))
                .as("%s %s %s %s", joining, leaving, members, version)
                .isInstanceOfSatisfying(
                        KeeperException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    /// A server whose quorum, election and client ports change in turn, first a follower, then the leader.
    static List<String> aServerMovesToOtherPortsLayouts() {
        return ProcessEnsemble.layouts(List.of("QAQ"), "AQQ", "QQQ");
    }

    @ParameterizedTest
    @MethodSource("aServerMovesToOtherPortsLayouts")
    void aServerMovesToOtherPorts(String kinds, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, kinds, 3)) {
            ensemble.startAll().awaitServing();
            for (int round = 0; round < 2; round++) {
                boolean leads = round == 1;
                int moving = 2 + kinds.substring(1).indexOf('Q');
                ServerProcess server = ensemble.server(moving);
                ServerProcess other = ensemble.server(moving == 2 ? 3 : 2);
                if (leads) {
                    ensemble.makeLead(moving);
                }
                int[] ports = freePorts();
                String moved = "server.%d=127.0.0.1:%d:%d:participant;127.0.0.1:%d"
                        .formatted(moving, ports[0], ports[1], server.clientPort());
                reconfigure(other, moved, null, moved);
                server.awaitServing();
                write(other);
                write(server);
                server.kill();
                write(other);
                server.start().awaitServing();
                write(server);
                ensemble.awaitServing().assertEqualTrees();
            }
        }
    }

    private static int[] freePorts() throws IOException {
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket other = new ServerSocket(0)) {
            return new int[] {one.getLocalPort(), other.getLocalPort()};
        }
    }
}
