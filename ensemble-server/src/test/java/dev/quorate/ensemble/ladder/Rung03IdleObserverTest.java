package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// An observer of the other kind hears nothing but pings, for longer than anybody would wait for a peer that says
/// nothing, and stays. `-Dladder.idleSeconds=600` is the rung as it is written.
class Rung03IdleObserverTest {
    private static final long IDLE_SECONDS = Long.getLong("ladder.idleSeconds", 10);

    static java.util.List<String> layouts() {
        return Layout.layouts("A+Q", "Q+A");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void anIdleObserverStays(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout, "standaloneEnabled=false")) {
            ensemble.startAll().awaitServing();
            ServerProcess observer = ensemble.server(2);
            int said = observer.said().length();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
            while (System.nanoTime() < end) {
                assertThat(ensemble.server(1).ask("mntr")).containsPattern("zk_synced_observers\\s1\\n");
                assertThat(observer.mode()).isEqualTo("observer");
                TimeUnit.MILLISECONDS.sleep(200);
            }
            assertThat(observer.said().substring(said)).doesNotContainIgnoringCase("looking");
        }
    }
}
