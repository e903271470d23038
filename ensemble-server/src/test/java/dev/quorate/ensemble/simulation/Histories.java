package dev.quorate.ensemble.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Many seeds on all processors. Seeds do not know each other, so neither order nor number of threads matters.
final class Histories {
    record Failure(long seed, RuntimeException reason) {}

    record Result(long histories, long events, long committed, Reached reached, List<Failure> failures, long nanos) {
        @Override
        public String toString() {
            return "%d histories, %d events, %d committed transactions, %d violations in %.1f s (%.0f histories/s)%n%s"
                    .formatted(
                            histories,
                            events,
                            committed,
                            failures.size(),
                            nanos / 1e9,
                            histories * 1e9 / Math.max(1, nanos),
                            reached);
        }
    }

    private Histories() {}

    /// Runs `count` seeds from `first` on; stops early after `failuresMax` failures.
    static Result run(long first, long count, int failuresMax) throws InterruptedException {
        AtomicLong next = new AtomicLong(first);
        long[] sums = new long[3];
        Reached reached = new Reached();
        List<Failure> failures = new ArrayList<>();
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = Runtime.getRuntime().availableProcessors(); i > 0; i--) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (long seed = next.getAndIncrement(); seed < first + count; seed = next.getAndIncrement()) {
                    Simulation.Outcome outcome = null;
                    RuntimeException failed = null;
                    try {
                        outcome = Simulation.run(seed);
                    } catch (RuntimeException e) {
                        failed = e;
                    }
                    synchronized (sums) {
                        sums[0]++;
                        if (outcome != null) {
                            sums[1] += outcome.events();
                            sums[2] += outcome.committed();
                            reached.add(outcome.reached());
                        } else {
                            failures.add(new Failure(seed, failed));
                            if (failures.size() >= failuresMax) {
                                next.set(Long.MAX_VALUE / 2);
                            }
                        }
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return new Result(sums[0], sums[1], sums[2], reached, failures, System.nanoTime() - start);
    }

    public static void main(String[] arguments) throws InterruptedException {
        Result result = run(Long.parseLong(arguments[0]), Long.parseLong(arguments[1]), Integer.parseInt(arguments[2]));
        System.out.println(result);
        result.failures.forEach(failure -> System.out.println(failure.seed + ": " + failure.reason));
    }
}
