package dev.quorate.ensemble.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
                    round(ensemble, layout, seed++, directory);
                }
            }
            if (report.violations().isEmpty()) {
                delete(directory);
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
        Round round = new Round(ensemble, seed);
        round.run(TimeUnit.SECONDS.toNanos(minutes == 0 ? FAULT_SECONDS_IN_THE_BUILD : FAULT_SECONDS));
        report.add(layout, round, ensemble.epoch() - epoch);
        System.out.printf(
                "round %d of %s: %d operations, faults %s, violations %d%n",
                seed,
                layout,
                round.history().operations().size(),
                round.faults().counts(),
                round.violations().size());
        if (!round.violations().isEmpty()) {
            List<String> story = new ArrayList<>(round.violations());
            story.addAll(round.faults().log());
            Files.write(directory.resolve("violations.txt"), story);
            round.history().write(directory.resolve("history.txt"));
            for (FaultyEnsemble.Member member : ensemble.members()) {
                copyData(member, directory);
            }
        }
    }

    /// A data folder on a file system of its own goes with that.
    private static void copyData(FaultyEnsemble.Member member, Path directory) throws IOException {
        if (member.disk().isEmpty()) {
            return;
        }
        Path to = directory.resolve("data-of-server-" + member.id());
        try (var files = Files.walk(member.server().dataDir())) {
            for (Path file : files.filter(path -> !path.endsWith("lost+found")).toList()) {
                Files.copy(
                        file,
                        to.resolve(member.server().dataDir().relativize(file).toString()));
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
