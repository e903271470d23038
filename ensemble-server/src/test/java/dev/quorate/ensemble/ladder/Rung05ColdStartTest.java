package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ReconfigurableEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Two servers of either kind, the second of which leads, on empty disks: what they say to each other until they serve,
/// and
/// what they have written by then.
class Rung05ColdStartTest {
    static List<String> layouts() {
        return Layout.layouts("QA", "AQ");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void theFirstEpochGivesTheConfigurationItsVersion(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, layout, 2)) {
            start(ensemble);
            for (ServerProcess server : ensemble.servers()) {
                Path dynamic = server.directory().resolve("zoo.cfg.dynamic.100000000");
                // The leader's, on both.
                assertThat(dynamic)
                        .hasSameTextualContentAs(ensemble.server(2).directory().resolve("zoo.cfg.dynamic.100000000"));
                assertThat(Files.readAllLines(dynamic))
                        .hasSize(2)
                        .allMatch(line -> line.startsWith("server.") && line.endsWith(":participant"));
                assertThat(Files.readAllLines(server.directory().resolve("zoo.cfg")))
                        .contains("dynamicConfigFile=" + dynamic.toAbsolutePath())
                        .noneMatch(line -> line.startsWith("server."));
                assertThat(files(server)).contains("zoo.cfg.bak").doesNotContain("zoo.cfg.dynamic.next");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void newLeaderIsAcknowledgedFirstAndWithoutReconfigurationTheFilesStayAsTheyAre(
            String layout, @TempDir Path directory) throws Exception {
        try (Tap tap = new Tap(1);
                ProcessEnsemble ensemble = Layout.ensemble(directory, layout, tap)) {
            List<String> before =
                    Files.readAllLines(ensemble.server(1).directory().resolve("zoo.cfg"));
            start(ensemble);
            firstWords(tap);
            assertThat(ensemble.server(1).directory().resolve("zoo.cfg"))
                    .content()
                    .isEqualTo(lines(before));
            for (ServerProcess server : ensemble.servers()) {
                assertThat(files(server))
                        .filteredOn(name -> name.startsWith("zoo."))
                        .containsExactly("zoo.cfg");
            }
        }
    }

    private static String lines(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    private static void start(ProcessEnsemble ensemble) throws Exception {
        ensemble.startAll().awaitServing();
        assertThat(ensemble.server(2).mode()).isEqualTo("leader");
        for (ServerProcess server : ensemble.servers()) {
            assertThat(Rung02JoinTest.epoch(server, "acceptedEpoch")).isEqualTo(1);
            assertThat(Rung02JoinTest.epoch(server, "currentEpoch")).isEqualTo(1);
        }
    }

    /// The follower acknowledges NEWLEADER before it says anything else, and again when it is told to serve.
    private static void firstWords(Tap tap) throws Exception {
        long epoch = Zxid.of(1, 0);
        Layout.await(() -> tap.quorumTalks(2).getLast().packetsThere().size() >= 4);
        Tap.Talk talk = tap.quorumTalks(2).getLast();
        assertThat(talk.packetsThere())
                .startsWith(
                        new QuorumPacket.LearnerInfo(false, 0, 1, 0x10000, 0),
                        new QuorumPacket.AckEpoch(0, 0),
                        new QuorumPacket.Ack(epoch),
                        new QuorumPacket.Ack(epoch));
        List<QuorumPacket> heard = talk.packetsBack().stream()
                .filter(packet -> !(packet instanceof QuorumPacket.Ping))
                .toList();
        assertThat(heard.get(0)).isEqualTo(new QuorumPacket.LeaderInfo(1, 0x10000));
        assertThat(heard.get(1)).isInstanceOf(QuorumPacket.Diff.class);
        assertThat(heard.get(2)).isInstanceOfSatisfying(QuorumPacket.NewLeader.class, newLeader -> {
            assertThat(newLeader.zxid()).isEqualTo(epoch);
            assertThat(newLeader.config()).endsWith("version=0");
        });
        assertThat(heard.get(3)).isEqualTo(new QuorumPacket.UpToDate());
    }

    private static List<String> files(ServerProcess server) throws IOException {
        try (Stream<Path> files = Files.list(server.directory())) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
