package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// kill -9 of whoever leads, again and again, under load, in an ensemble of both kinds. `-Dladder.rounds=200` is the
/// rung as
/// it is written.
class Rung14LeaderChangesTest {
    private static final int ROUNDS = Integer.getInteger("ladder.rounds", 4);

    @Test
    void leadersOfBothKindsAreKilledUnderLoad(@TempDir Path directory) throws Exception {
        Map<Kind, Integer> led = new EnumMap<>(Kind.class);
        try (ProcessEnsemble ensemble = Layout.ensemble(directory, "QAQ")) {
            ensemble.startAll().awaitServing();
            int acknowledged = 0;
            try (Load load = new Load(ensemble, 4)) {
                for (int i = 0; i < ROUNDS; i++) {
                    load.awaitMore(30);
                    ServerProcess leader = Layout.leader(ensemble);
                    led.merge(leader.kind(), 1, Integer::sum);
                    leader.kill();
                    load.awaitMore(10);
                    leader.start().awaitServing();
                }
                ensemble.awaitServing();
                load.awaitMore(30);
                load.check(ensemble);
                acknowledged = load.acknowledged();
            }
            System.out.printf(
                    "rung 14: %d leaders killed (%s), %d rounds of writes acknowledged, none lost%n",
                    ROUNDS, led, acknowledged);
        }
        if (ROUNDS >= 20) {
            assertThat(led.keySet()).containsExactlyInAnyOrder(Kind.values());
        }
    }
}
