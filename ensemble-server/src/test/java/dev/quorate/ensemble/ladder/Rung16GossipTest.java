package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ReconfigurableEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The third server was down while the other two, of the other kind, moved to other quorum ports: it finds no leader
/// until it
/// has taken over their configuration, which only notifications tell it.
class Rung16GossipTest {
    static List<String> layouts() {
        return Layout.layouts("AAQ", "QQA");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void whoKnowsAnOlderConfigurationTakesOverTheNewerOne(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, layout, 3)) {
            ensemble.startAll().awaitServing();
            ServerProcess stale = ensemble.server(3);
            stale.stop();
            move(ensemble, 1);
            move(ensemble, 2);

            // From those who have a leader.
            assertThat(stale.start().awaitServing()).isEqualTo("follower");
            knows(stale, ensemble);

            // From one who looks for a leader too, and is to be it.
            stale.stop();
            move(ensemble, 1);
            ensemble.server(2).stop();
            ensemble.server(1).stop();
            stale.start();
            ensemble.server(1).start();
            assertThat(stale.awaitServing()).isEqualTo("follower");
            assertThat(ensemble.server(1).awaitServing()).isEqualTo("leader");
            knows(stale, ensemble);
            ReconfigurableEnsemble.write(stale);
            ensemble.server(2).start().awaitServing();

            // And from its files.
            ensemble.server(1).stop();
            stale.stop();
            stale.start().awaitServing();
            ensemble.server(1).start().awaitServing();
            ReconfigurableEnsemble.write(stale);
            ensemble.assertEqualTrees();
        }
    }

    /// Asks the other one of the two that run.
    private static void move(ProcessEnsemble ensemble, int id) throws Exception {
        ServerProcess moving = ensemble.server(id);
        int[] ports = ProcessEnsemble.freePorts(1);
        String line = ReconfigurableEnsemble.line(moving, id, "participant")
                .replaceFirst("=127\\.0\\.0\\.1:\\d+:", "=127.0.0.1:" + ports[0] + ":");
        ReconfigurableEnsemble.reconfigure(ensemble.server(3 - id), line, null, line);
        ensemble.server(1).awaitServing();
        ensemble.server(2).awaitServing();
    }

    private static void knows(ServerProcess stale, ProcessEnsemble ensemble) throws IOException {
        String config = ReconfigurableEnsemble.config(ensemble.server(1));
        assertThat(ReconfigurableEnsemble.config(stale)).isEqualTo(config);
        String version = config.substring(config.indexOf("version=") + "version=".length());
        Path dynamic = stale.directory().resolve("zoo.cfg.dynamic." + version);
        assertThat(Files.readAllLines(stale.directory().resolve("zoo.cfg")))
                .contains("dynamicConfigFile=" + dynamic.toAbsolutePath());
        assertThat(Files.readAllLines(dynamic))
                .containsExactlyInAnyOrderElementsOf(
                        config.replaceFirst("version=.*", "").lines().toList());
        assertThat(stale.directory().resolve("zoo.cfg.dynamic.next")).doesNotExist();
    }
}
