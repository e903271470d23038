package dev.quorate.ensemble.ladder;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Rungs 6 and 11: under load a follower of the leader's kind is killed, so that only the acks of the other kind make a
/// quorum; it comes back under load, to a leader of the other kind than one of the followers, and so does that one.
class Rung06QuorumByOurAcksTest {
    static java.util.List<String> layouts() {
        return Layout.layouts("QAA", "AQQ");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void theOtherKindsAcksAreEnough(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout)) {
            ensemble.startAll().awaitServing();
            // The third leads: at a cold start the highest id wins, unless the other two were faster.
            ServerProcess leader = ensemble.leader();
            ServerProcess same = ensemble.servers().stream()
                    .filter(server -> server != leader && server.kind() == leader.kind())
                    .findFirst()
                    .orElse(ensemble.server(2));
            ServerProcess other = ensemble.servers().stream()
                    .filter(server -> server != leader && server != same)
                    .findFirst()
                    .orElseThrow();
            try (Load load = new Load(ensemble, 4)) {
                load.awaitMore(100);
                same.kill();
                load.awaitMore(200);
                same.start().awaitServing();
                load.awaitMore(50);
                other.kill();
                load.awaitMore(100);
                other.start().awaitServing();
                load.awaitMore(50);
                load.check(ensemble);
            }
        }
    }
}
