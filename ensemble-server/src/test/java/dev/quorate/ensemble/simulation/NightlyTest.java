package dev.quorate.ensemble.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// As many histories as a night has room for (profile `nightly`). What was done is kept in a file after every block, so
/// that a run which was stopped goes on where it was. A broken law does not end the night.
class NightlyTest {
    private static final long BLOCK = 2_000;
    private static final int FAILURES_MAX = 20;

    @Test
    @EnabledIfSystemProperty(named = "simulation.nightly", matches = "[0-9]+")
    void noHistoryOfTheNightBreaksALaw() throws IOException, InterruptedException {
        long wanted = Long.getLong("simulation.nightly", 0);
        long first = Long.getLong("simulation.first", 1);
        Progress progress =
                Progress.load(Path.of(System.getProperty("simulation.progress", "target/nightly.properties")));
        while (progress.done() < wanted && progress.failedSeeds().size() < FAILURES_MAX) {
            long count = Math.min(BLOCK, wanted - progress.done());
            progress.add(Histories.run(first + progress.done(), count, Integer.MAX_VALUE));
            progress.store();
            System.out.println(progress.summary());
        }
        System.out.println(progress.reached());
        assertThat(progress.failedSeeds())
                .as(() -> "the first broken law:\n"
                        + Replay.explain(progress.failedSeeds().getFirst(), "at night"))
                .isEmpty();
    }
}
