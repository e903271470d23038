package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Rungs 2 and 5: the first two servers start cold and agree (epoch 1 on disk on both sides, by a DIFF of nothing); the
/// voter and the observer that come later decide for the leader that is there.
class Rung02JoinTest {
    static java.util.List<String> layouts() {
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

    static long epoch(ServerProcess server, String file) throws Exception {
        return Long.parseLong(
                Files.readString(server.dataDir().resolve("version-2").resolve(file))
                        .strip());
    }
}
