package dev.quorate.ensemble.ladder;

import dev.quorate.ensemble.process.ProcessEnsemble;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every epoch begins near its last zxid, by ZooKeeper's own key for that: leaders of either kind step down under load
/// when
/// they have none left, and the next epoch begins.
class Rung19ZxidsEndTest {
    private static final long NEAR_THE_END = 0xffff_ffc0L;

    static List<String> layouts() {
        return Layout.layouts("QAQ", "AQA");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void theNextEpochBegins(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, layout, "testingonly.initialZxid=" + NEAR_THE_END)) {
            ensemble.startAll().awaitServing();
            long before = Rung02JoinTest.epoch(ensemble.server(1), "currentEpoch");
            try (Load load = new Load(ensemble, 2)) {
                Layout.await(() -> Rung02JoinTest.epoch(ensemble.server(1), "currentEpoch") >= before + 3);
                load.awaitMore(5);
                load.close();
                ensemble.awaitServing();
                load.check(ensemble);
            }
        }
    }
}
