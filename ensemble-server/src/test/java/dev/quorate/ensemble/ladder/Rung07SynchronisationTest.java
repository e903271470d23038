package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import dev.quorate.ensemble.process.StockClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Rungs 7, 8 and 11: a learner of one kind is brought to the history of a leader of the other, in each of the three
/// ways:
/// after it has missed nothing, a little, more than a leader remembers, or everything; with a tail that nobody else
/// has,
/// before and after the next epoch's first write.
class Rung07SynchronisationTest {
    private int written;

    @ParameterizedTest(name = "the learner is {0}")
    @EnumSource
    void diffSnapAndTruncMakeTreesEqual(Kind learnerKind, @TempDir Path directory) throws Exception {
        Kind leaderKind = learnerKind == Kind.APACHE ? Kind.QUORATE : Kind.APACHE;
        List<Kind> kinds = List.of(learnerKind, leaderKind, leaderKind);
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, kinds, "maxSessionTimeout=600000")) {
            ensemble.startAll().awaitServing();
            ServerProcess learner = ensemble.server(1);
            write(ensemble, 30);

            learner.kill();
            ensemble.server(2).awaitServing();
            ensemble.server(3).awaitServing();
            synchronised(ensemble, "DIFF");
            learner.kill();
            write(ensemble, 20);
            synchronised(ensemble, "DIFF");
            learner.kill();
            write(ensemble, 600);
            // A real leader also sends from its log what it does not remember, as long as that is the smaller part.
            synchronised(ensemble, leaderKind == Kind.APACHE ? "USE TXNLOG|SENDING SNAPSHOT" : "BY SNAPSHOT");

            learner.kill();
            write(ensemble, 5);
            wipe(learner);
            synchronised(ensemble, "(SENDING|BY|A) SNAPSHOT");

            ensemble.makeLead(1);
            loseTail(ensemble, false, "TRUNC");
            ensemble.makeLead(1);
            // Across epochs a leader sends the whole tree instead.
            loseTail(ensemble, true, "(SENDING|BY|A) SNAPSHOT");
            learner.kill();
            learner.start().awaitServing();
            ensemble.assertEqualTrees();
        }
    }

    /// Server 1 leads, logs a write that nobody else sees, and comes back to a leader of the next epoch.
    private void loseTail(ProcessEnsemble ensemble, boolean writes, String how) throws Exception {
        String lost = writeThatNobodyElseSees(ensemble);
        for (ServerProcess server : ensemble.servers()) {
            server.kill();
        }
        ensemble.server(2).start();
        ensemble.server(3).start().awaitServing();
        ensemble.server(2).awaitServing();
        if (writes) {
            write(ensemble, 3);
        }
        synchronised(ensemble, how);
        assertThat(StockClient.dump(ensemble.server(1))).doesNotContainKey(lost);
    }

    private void write(ProcessEnsemble ensemble, int count) throws Exception {
        ServerProcess leader = ensemble.leader();
        try (ZooKeeper client = StockClient.connect(leader.address())) {
            for (int i = 0; i < count; i++) {
                client.create("/n" + written++, new byte[200], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
        }
    }

    /// Starts the learner; its leader, of the other kind, has to choose this way.
    private static void synchronised(ProcessEnsemble ensemble, String how) throws Exception {
        ServerProcess leader = ensemble.leader();
        ServerProcess learner = ensemble.server(1);
        int leaderSaid = leader.said().length();
        int learnerSaid = learner.said().length();
        learner.start().awaitServing();
        assertThat(ensemble.leader()).isSameAs(leader);
        String said = leader.said().substring(leaderSaid) + learner.said().substring(learnerSaid);
        assertThat(said.toUpperCase(Locale.ROOT)).containsPattern(how);
        ensemble.assertEqualTrees();
    }

    /// Server 1 leads. Its followers stand still while it takes one more write into its log.
    private static String writeThatNobodyElseSees(ProcessEnsemble ensemble) throws Exception {
        ServerProcess leader = ensemble.server(1);
        String path = "/never-committed-" + Long.toHexString(System.nanoTime());
        // A session that expired meanwhile would be a write of the next epoch.
        try (ZooKeeper client = StockClient.connect(leader.address(), 600_000)) {
            ensemble.server(2).pause();
            ensemble.server(3).pause();
            client.create(
                    path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, (rc, at, context, name) -> {}, null);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!logContains(leader, path)) {
                assertThat(System.nanoTime()).as("the leader logs it").isLessThan(deadline);
                TimeUnit.MILLISECONDS.sleep(5);
            }
            for (ServerProcess server : ensemble.servers()) {
                server.kill();
            }
        }
        return path;
    }

    private static boolean logContains(ServerProcess server, String text) throws IOException {
        try (var files = Files.list(server.dataDir().resolve("version-2"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("log."))
                    .anyMatch(file -> read(file).contains(text));
        }
    }

    /// What was written; space held ahead is left out.
    private static String read(Path file) {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(1 << 20), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void wipe(ServerProcess server) throws IOException {
        try (var files = Files.walk(server.dataDir().resolve("version-2"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
