package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ReconfigurableEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Groups and weights in ensembles of both kinds. Servers 1, 2 and 4 are a group in which the first weighs twice what
/// the
/// second does and the fourth nothing; the third is a group of its own. So the first and the third are a quorum, and
/// the other three are none.
class Rung20GroupsTest {
    private static final String[] GROUPS = {
        "group.1=1:2:4", "group.2=3", "weight.1=2", "weight.2=1", "weight.3=1", "weight.4=0"
    };

    static List<String> layouts() {
        return Layout.layouts("QQAA", "AAQQ", "QAAQ", "AQQA");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void groupsAndWeightsSayWhoIsAQuorum(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout, GROUPS)) {
            ensemble.startAll().awaitServing();
            // The largest id has no weight.
            assertThat(ensemble.server(4).mode()).isEqualTo("follower");
            writeEverywhere(ensemble);

            // Half of the servers, and a quorum.
            ensemble.server(2).kill();
            ensemble.server(4).kill();
            ensemble.server(1).awaitServing();
            ensemble.server(3).awaitServing();
            ReconfigurableEnsemble.write(ensemble.server(1));
            ReconfigurableEnsemble.write(ensemble.server(3));
            ensemble.server(2).start().awaitServing();
            ensemble.server(4).start().awaitServing();
            writeEverywhere(ensemble);

            // Three of four, and none.
            ensemble.server(1).kill();
            for (int id = 2; id <= 4; id++) {
                ServerProcess server = ensemble.server(id);
                Layout.await(() -> server.mode().isEmpty());
            }
            ensemble.server(1).start().awaitServing();
            ensemble.awaitServing();
            assertThat(ensemble.server(4).mode()).isEqualTo("follower");
            writeEverywhere(ensemble);
            ensemble.assertEqualTrees();
        }
    }

    private static void writeEverywhere(ProcessEnsemble ensemble) throws Exception {
        for (ServerProcess server : ensemble.servers()) {
            ReconfigurableEnsemble.write(server);
        }
    }
}
