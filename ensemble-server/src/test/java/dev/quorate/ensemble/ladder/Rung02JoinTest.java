package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.message.Notification.PeerState;
import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ReconfigurableEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Rungs 2 and 5: the first two servers start cold and agree (epoch 1 on disk on both sides, by a DIFF of nothing); the
/// voter and the observer that come later decide for the leader that is there.
class Rung02JoinTest {
    static List<String> layouts() {
        return Layout.layouts("QAQ+Q", "AQA+A");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void whoComesLaterFollowsTheLeaderThatIsThere(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout)) {
            ensemble.server(1).start();
            ensemble.server(2).start();
            assertThat(ensemble.server(2).awaitServing()).isEqualTo("leader");
            assertThat(ensemble.server(1).awaitServing()).isEqualTo("follower");
            for (int id = 1; id <= 2; id++) {
                assertThat(epoch(ensemble.server(id), "acceptedEpoch")).isEqualTo(1);
                assertThat(epoch(ensemble.server(id), "currentEpoch")).isEqualTo(1);
            }
            // Its vote would win, were there anything to vote for.
            assertThat(ensemble.server(3).start().awaitServing()).isEqualTo("follower");
            assertThat(ensemble.server(4).start().awaitServing()).isEqualTo("observer");
            assertThat(ensemble.leader()).isSameAs(ensemble.server(2));
            assertThat(ensemble.server(2).ask("mntr"))
                    .containsPattern("zk_synced_followers\\s2\\n")
                    .containsPattern("zk_synced_observers\\s1\\n");
            assertThat(epoch(ensemble.server(3), "currentEpoch")).isEqualTo(1);
        }
    }

    static List<String> joiners() {
        return Layout.layouts("AAQ", "QQA");
    }

    /// The other two, who know each other only, answer it all the same. What the first one has told it last, before
    /// there
    /// was a leader, is what ZooKeeper tells it again when it comes back, before what is so now.
    @ParameterizedTest
    @MethodSource("joiners")
    void whoIsNoMemberFollowsTheLeaderThatIsThere(String layout, @TempDir Path directory) throws Exception {
        try (Tap tap = new Tap(3);
                ProcessEnsemble ensemble = Layout.ensemble(directory, layout, tap)) {
            for (int id = 1; id <= 2; id++) {
                Path file = ensemble.server(id).directory().resolve("zoo.cfg");
                Files.write(
                        file,
                        Files.readAllLines(file).stream()
                                .filter(line -> !line.startsWith("server.3="))
                                .toList());
            }
            ServerProcess joiner = ensemble.server(3);
            ensemble.server(1).start();
            joiner.start();
            Layout.await(() -> !tap.electionTalks(1).isEmpty()
                    && !tap.electionTalks(1).getLast().notificationsBack().isEmpty());
            joiner.kill();
            ensemble.server(2).start();
            assertThat(ensemble.server(2).awaitServing()).isEqualTo("leader");
            ensemble.server(1).awaitServing();
            int talks = tap.electionTalks(1).size();
            assertThat(joiner.start().awaitServing()).isEqualTo("follower");
            if (ensemble.server(1).kind() == Kind.APACHE) {
                assertThat(tap.electionTalks(1)
                                .get(talks)
                                .notificationsBack()
                                .getFirst()
                                .state())
                        .isEqualTo(PeerState.LOOKING);
            }
            assertThat(ensemble.server(2).mode()).isEqualTo("leader");
            assertThat(ensemble.server(2).ask("mntr")).containsPattern("zk_synced_non_voting_followers\\s1\\n");
            ReconfigurableEnsemble.write(joiner);
            ensemble.assertEqualTrees();
        }
    }

    static long epoch(ServerProcess server, String file) throws Exception {
        return Long.parseLong(
                Files.readString(server.dataDir().resolve("version-2").resolve(file))
                        .strip());
    }
}
