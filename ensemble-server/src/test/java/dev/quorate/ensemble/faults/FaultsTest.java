package dev.quorate.ensemble.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Faults on real processes under concurrent stock clients. `docs/testing.md` says how to run it for hours.
class FaultsTest {
    private static final int CLIENTS = 6;
    private static final int ROUNDS_IN_THE_BUILD = 2;
    private static final long FAULT_SECONDS_IN_THE_BUILD = 15;
    private static final long FAULT_SECONDS = 40;
    private static final int ROUNDS_OF_AN_ENSEMBLE = 5;
    private static final long BUILD_SEED = 1;

    private final long minutes = Long.getLong("faults.minutes", 0);
    private final long firstSeed = Long.getLong("faults.seed", BUILD_SEED);
    private final List<String> layouts =
            List.of(System.getProperty("faults.servers", minutes == 0 ? "QQQ" : "QQQ QQQQQ QQQ+Q QQQQ")
                    .split(" "));
    private final Report report = new Report();

    @Test
    void everyLawIsKeptUnderFaults() throws Exception {
        Path home = Files.createDirectories(Path.of("target", "faults").toAbsolutePath());
        long began = System.nanoTime();
        long end = began + TimeUnit.MINUTES.toNanos(minutes);
        long seed = firstSeed;
        boolean smallDisks = false;
        for (int i = 0; report.violations().isEmpty() && (i == 0 || System.nanoTime() < end); i++) {
            String layout = layouts.get(i % layouts.size());
            Path directory = Files.createTempDirectory(home, "seed-" + seed + "-");
            try (FaultyEnsemble ensemble = new FaultyEnsemble(directory, layout, CLIENTS)) {
                smallDisks = ensemble.hasSmallDisks();
                ensemble.processes().startAll().awaitServing();
                int rounds = minutes == 0 ? ROUNDS_IN_THE_BUILD : ROUNDS_OF_AN_ENSEMBLE;
                for (int j = 0; j < rounds && report.violations().isEmpty(); j++) {
                    if (minutes > 0 && System.nanoTime() >= end) {
                        break;
                    }
                    round(ensemble, layout, seed++, directory);
                }
            }
            if (report.violations().isEmpty()) {
                Directories.delete(directory);
            } else {
                System.out.println("data folders, logs and history are kept in " + directory);
            }
        }
        String text = report.text(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began), smallDisks);
        System.out.println(text);
        Files.writeString(home.resolve("report.txt"), text);
        assertThat(report.violations()).isEmpty();
        assertThat(report.acknowledgedWrites()).isGreaterThan(100);
        assertThat(report.faults()).isNotEmpty();
    }

    private void round(FaultyEnsemble ensemble, String layout, long seed, Path directory) throws Exception {
        long epoch = ensemble.epoch();
        long seconds = minutes == 0 ? FAULT_SECONDS_IN_THE_BUILD : FAULT_SECONDS;
        FaultSchedule faults = new FaultSchedule(ensemble, new Random(seed), TimeUnit.SECONDS.toNanos(seconds));
        Round round = new Round(ensemble, seed, faults);
        round.run();
        report.add(layout, round, faults.counts(), ensemble.epoch() - epoch);
        System.out.printf(
                "round %d of %s: %d operations, faults %s, violations %d%n",
                seed,
                layout,
                round.history().operations().size(),
                faults.counts(),
                round.violations().size());
        if (!round.violations().isEmpty()) {
            round.keep(directory);
        }
    }
}
