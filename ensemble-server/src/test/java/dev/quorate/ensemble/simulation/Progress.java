package dev.quorate.ensemble.simulation;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/// How far a long run has come, in a file that outlives it.
final class Progress {
    private static final String REACHED = "reached ";

    private final Path file;
    private final Reached reached = new Reached();
    private final List<Long> failedSeeds = new ArrayList<>();
    private long histories;
    private long events;
    private long committed;
    private double seconds;

    private Progress(Path file) {
        this.file = file;
    }

    static Progress load(Path file) throws IOException {
        Progress progress = new Progress(file);
        if (Files.exists(file)) {
            Properties stored = new Properties();
            try (Reader in = Files.newBufferedReader(file)) {
                stored.load(in);
            }
            progress.read(stored);
        }
        return progress;
    }

    private void read(Properties stored) {
        histories = Long.parseLong(stored.getProperty("histories"));
        events = Long.parseLong(stored.getProperty("events"));
        committed = Long.parseLong(stored.getProperty("committed"));
        seconds = Double.parseDouble(stored.getProperty("seconds"));
        for (String seed : stored.getProperty("failed").split(" ")) {
            if (!seed.isEmpty()) {
                failedSeeds.add(Long.parseLong(seed));
            }
        }
        for (String name : stored.stringPropertyNames()) {
            if (name.startsWith(REACHED)) {
                reached.count(name.substring(REACHED.length()), Long.parseLong(stored.getProperty(name)));
            }
        }
    }

    void add(Histories.Result result) {
        histories += result.histories();
        events += result.events();
        committed += result.committed();
        seconds += result.nanos() / 1e9;
        reached.add(result.reached());
        for (Histories.Failure failure : result.failures()) {
            failedSeeds.add(failure.seed());
            System.out.println("seed " + failure.seed() + ": " + failure.reason());
        }
    }

    void store() throws IOException {
        Properties all = new Properties();
        all.setProperty("histories", Long.toString(histories));
        all.setProperty("events", Long.toString(events));
        all.setProperty("committed", Long.toString(committed));
        all.setProperty("seconds", Double.toString(seconds));
        all.setProperty(
                "failed",
                String.join(" ", failedSeeds.stream().map(Object::toString).toList()));
        reached.all().forEach((what, times) -> all.setProperty(REACHED + what, times.toString()));
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (Writer out = Files.newBufferedWriter(next)) {
            all.store(out, null);
        }
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    long done() {
        return histories;
    }

    List<Long> failedSeeds() {
        return failedSeeds;
    }

    Reached reached() {
        return reached;
    }

    String summary() {
        return "%,d histories, %,d events, %,d committed transactions, %d violations, %.2f hours (%.0f histories/s)"
                .formatted(
                        histories,
                        events,
                        committed,
                        failedSeeds.size(),
                        seconds / 3600,
                        histories / Math.max(1, seconds));
    }
}
