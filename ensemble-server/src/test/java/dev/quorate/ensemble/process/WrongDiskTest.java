package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Disks that are another's, or that are older than what their server has promised.
class WrongDiskTest {
    private static ProcessEnsemble written(Path directory) throws Exception {
        ProcessEnsemble ensemble = new ProcessEnsemble(directory, Collections.nCopies(3, Kind.QUORATE));
        ensemble.startAll().awaitServing();
        write(ensemble.leader(), "/first");
        return ensemble;
    }

    private static void write(ServerProcess server, String path) throws Exception {
        try (ZooKeeper client = StockClient.connect(server.address())) {
            client.create(path, new byte[10], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void refusesToStart(ServerProcess server, String... words) throws Exception {
        String before = server.said();
        assertThat(server.start().exitCode()).isEqualTo(1);
        assertThat(server.said().substring(before.length()).lines().filter(line -> line.startsWith("quorate-server: ")))
                .singleElement()
                .asString()
                .contains(words);
        assertThat(server.said()).doesNotContain("\tat ");
    }

    @Test
    void aServerWithAnothersDataRefusesToStart(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = written(directory)) {
            ServerProcess server = ensemble.server(1);
            server.stop();
            delete(server.dataDir());
            copy(ensemble.server(2).dataDir(), server.dataDir());
            Files.writeString(server.dataDir().resolve("myid"), "1\n");
            refusesToStart(server, server.dataDir().toString(), "belongs to server 2", "myid says 1");
        }
    }

    @Test
    void epochsThatContradictEachOtherOrTheLogAreRefused(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = written(directory)) {
            ServerProcess server = ensemble.server(1);
            server.stop();
            Path accepted = server.dataDir().resolve("version-2").resolve("acceptedEpoch");
            Path current = accepted.resolveSibling("currentEpoch");
            Files.writeString(accepted, "0");
            refusesToStart(server, accepted.toString(), "says 0", "currentEpoch 1");
            Files.writeString(current, "0");
            refusesToStart(server, current.toString(), "says 0", "acceptedEpoch 0", "the log goes on to zxid 0x1");
        }
    }

    /// Two servers are left, and one of them has forgotten what it had acknowledged: with its vote the other one, which
    /// never had it, could lead.
    @Test
    void theVoteOfAServerWhoseDiskWentBackInTimeDoesNotCount(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = written(directory)) {
            ServerProcess rolledBack = ensemble.server(1);
            ServerProcess bystander = ensemble.server(2);
            ServerProcess keeper = ensemble.server(3);
            rolledBack.stop();
            Path old = directory.resolve("old");
            copy(rolledBack.dataDir(), old);
            rolledBack.start().awaitServing();

            // The leader goes, so there is another epoch, in which the others vote when it goes once more.
            // The bystander misses what is written then.
            for (int i = 0; i < 2; i++) {
                ensemble.makeLead(3);
                keeper.stop();
                await(() -> !leaderOf(ensemble).isEmpty());
                keeper.start().awaitServing();
            }
            leaderRestarts(ensemble, bystander);
            bystander.pause();
            await(() -> {
                try {
                    write(keeper, "/acknowledged");
                    return true;
                } catch (KeeperException.NodeExistsException e) {
                    return true;
                } catch (Exception e) {
                    return false;
                }
            });
            keeper.kill();
            rolledBack.kill();
            delete(rolledBack.dataDir());
            copy(old, rolledBack.dataDir());
            bystander.resume();
            rolledBack.start();
            await(() -> bystander.said().contains("server 1 votes with epoch"));
            assertThat(bystander.said())
                    .containsPattern(
                            "server 1 votes with epoch \\d+, but had epoch \\d+ before: its disk went back in");
            assertThat(List.of(bystander.mode(), rolledBack.mode())).doesNotContain("leader", "follower");

            keeper.start().awaitServing();
            for (ServerProcess server : ensemble.servers()) {
                server.awaitServing();
                try (ZooKeeper client = StockClient.connect(server.address())) {
                    assertThat(client.exists("/acknowledged", false)).isNotNull();
                }
            }
        }
    }

    /// Every server but the bystander looks for a leader while the bystander listens.
    private static void leaderRestarts(ProcessEnsemble ensemble, ServerProcess bystander) throws Exception {
        for (ServerProcess server : ensemble.servers()) {
            if (server != bystander) {
                server.stop();
                server.start().awaitServing();
                for (ServerProcess any : ensemble.servers()) {
                    any.awaitServing();
                }
            }
        }
    }

    private static String leaderOf(ProcessEnsemble ensemble) {
        return ensemble.servers().stream()
                .filter(server -> server.running() && server.mode().equals("leader"))
                .map(ServerProcess::address)
                .findFirst()
                .orElse("");
    }

    private static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /// The leader knows what each of its followers has acknowledged.
    @Test
    void aFollowerThatComesBackWithLessThanItAcknowledgedIsSpokenOf(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = written(directory)) {
            ServerProcess leader = ensemble.leader();
            ServerProcess follower = leader == ensemble.server(1) ? ensemble.server(2) : ensemble.server(1);
            follower.stop();
            Path old = directory.resolve("old");
            copy(follower.dataDir(), old);
            follower.start().awaitServing();
            write(leader, "/second");
            write(follower, "/third");
            follower.kill();
            delete(follower.dataDir());
            copy(old, follower.dataDir());
            follower.start().awaitServing();
            assertThat(leader.said())
                    .containsPattern("server [12] at /127\\.0\\.0\\.1:\\d+ had acknowledged 0x1\\d+ and comes back with"
                            + " 0x1\\d+: its disk went back in time");
            ensemble.assertEqualTrees();
        }
    }
}
