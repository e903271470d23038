package dev.quorate.ensemble.faults;

import dev.quorate.ensemble.faults.Operation.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The figures of a run, over all its rounds.
final class Report {
    private final Map<Operation.Kind, Map<Outcome, Integer>> operations = new EnumMap<>(Operation.Kind.class);
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private final Map<String, Integer> roundsOfLayout = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private long elections;
    private long longestGapNanos;
    private int watches;
    private int watchesFired;
    private int rounds;

    void add(String layout, Round round, Map<Fault, Integer> faultsOfRound, long electionsOfRound) {
        rounds++;
        roundsOfLayout.merge(layout, 1, Integer::sum);
        elections += electionsOfRound;
        for (Operation operation : round.history().operations()) {
            operations
                    .computeIfAbsent(operation.kind(), _ -> new EnumMap<>(Outcome.class))
                    .merge(operation.outcome(), 1, Integer::sum);
        }
        faultsOfRound.forEach((fault, count) -> faults.merge(fault, count, Integer::sum));
        watches += round.history().watches().size();
        watchesFired += (int) round.history().watches().stream()
                .filter(watch -> watch.fired() != Watched.NOT_YET)
                .count();
        longestGapNanos = Math.max(longestGapNanos, longestGap(round.history()));
        violations.addAll(round.violations());
    }

    /// Between two acknowledged writes, of whomever.
    private static long longestGap(History history) {
        long[] acknowledged = history.operations().stream()
                .filter(operation -> operation.isWrite() && operation.ok())
                .mapToLong(Operation::returned)
                .sorted()
                .toArray();
        long longest = 0;
        for (int i = 1; i < acknowledged.length; i++) {
            longest = Math.max(longest, acknowledged[i] - acknowledged[i - 1]);
        }
        return longest;
    }

    int acknowledgedWrites() {
        return operations.entrySet().stream()
                .filter(entry -> switch (entry.getKey()) {
                    case WRITE, CAS, SEQUENTIAL, EPHEMERAL -> true;
                    case READ, SYNC_READ, OWN_EPHEMERAL, SYNC_EPHEMERAL, SESSION_ENDED -> false;
                })
                .mapToInt(entry -> entry.getValue().getOrDefault(Outcome.OK, 0))
                .sum();
    }

    Map<Fault, Integer> faults() {
        return faults;
    }

    List<String> violations() {
        return violations;
    }

    String text(long seconds, boolean smallDisks) {
        StringBuilder text = new StringBuilder("faults on real processes: %d rounds in %d s, by layout %s%n"
                .formatted(rounds, seconds, roundsOfLayout));
        text.append("%-16s %9s %9s %9s %9s%n".formatted("operations", "ok", "failed", "refused", "unknown"));
        operations.forEach((kind, counts) -> text.append("  %-14s %9d %9d %9d %9d%n"
                .formatted(
                        kind,
                        counts.getOrDefault(Outcome.OK, 0),
                        counts.getOrDefault(Outcome.FAILED, 0),
                        counts.getOrDefault(Outcome.REFUSED, 0),
                        counts.getOrDefault(Outcome.UNKNOWN, 0))));
        text.append("watches %d, fired %d%n".formatted(watches, watchesFired));
        text.append("faults%n".formatted());
        for (Fault fault : Fault.values()) {
            boolean skipped = !smallDisks && (fault == Fault.FULL_DISK || fault == Fault.SLOW_DISK);
            text.append("  %5s %s%n"
                    .formatted(
                            skipped ? "-" : faults.getOrDefault(fault, 0),
                            fault.text + (skipped ? ": skipped, no file system could be mounted" : "")));
        }
        text.append(
                "elections %d; longest time without an acknowledged write %.1f s (outages of all servers among them)%n"
                        .formatted(elections, longestGapNanos / 1e9));
        for (Law law : Round.LAWS) {
            String name = law.getClass().getSimpleName();
            long broken =
                    violations.stream().filter(line -> line.startsWith(name)).count();
            text.append("  %-30s %s%n".formatted(name, broken == 0 ? "kept" : broken + " violations"));
        }
        text.append("acknowledged writes %d; violations %d%n".formatted(acknowledgedWrites(), violations.size()));
        return text.toString();
    }
}
