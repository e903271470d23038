package dev.quorate.ensemble.ladder;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real ensemble becomes ours, one server after the other, and real again, on the same files and under load.
class Rung21RollingUpgradeTest {
    @Test
    void realToOursAndBack(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, "AAA")) {
            ensemble.startAll().awaitServing();
            try (Load load = new Load(ensemble, 4)) {
                for (Kind kind : List.of(Kind.QUORATE, Kind.APACHE)) {
                    for (ServerProcess server : ensemble.servers()) {
                        load.awaitMore(30);
                        server.stop();
                        server.become(kind).start().awaitServing();
                        ensemble.awaitServing();
                    }
                }
                load.awaitMore(30);
                load.check(ensemble);
            }
        }
    }
}
