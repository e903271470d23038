package dev.quorate.ensemble.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Many seeds on all processors. Seeds do not know each other, so neither order nor number of threads matters.
final class Histories {
    private static final int THREADS =
            Integer.getInteger("simulation.threads", Runtime.getRuntime().availableProcessors());

    record Failure(long seed, Throwable reason) {}

    record Result(long histories, long events, long committed, Reached reached, List<Failure> failures, long nanos) {
        String summary() {
            return "%,d histories, %,d events, %,d committed transactions, %d violations in %.1f s (%.0f histories/s)"
                    .formatted(
                            histories,
                            events,
                            committed,
                            failures.size(),
                            nanos / 1e9,
                            histories * 1e9 / Math.max(1, nanos));
        }

        @Override
        public String toString() {
            return summary() + "\n" + reached;
        }
    }

    private final AtomicLong next;
    private final long end;
    private final int failuresMax;
    private long histories;
    private long events;
    private long committed;
    private final Reached reached = new Reached();
    private final List<Failure> failures = new ArrayList<>();

    private Histories(long first, long count, int failuresMax) {
        next = new AtomicLong(first);
        end = first + count;
        this.failuresMax = failuresMax;
    }

    /// Runs `count` seeds from `first` on; stops early after `failuresMax` failures.
    static Result run(long first, long count, int failuresMax) throws InterruptedException {
        long start = System.nanoTime();
        Histories all = new Histories(first, count, failuresMax);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(all::runSome));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return new Result(
                all.histories, all.events, all.committed, all.reached, all.failures, System.nanoTime() - start);
    }

    private void runSome() {
        for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
            try {
                add(Simulation.run(seed));
            } catch (Throwable e) { // whatever it is, this seed has failed
                failed(new Failure(seed, e));
            }
        }
    }

    private synchronized void add(Simulation.Outcome outcome) {
        histories++;
        events += outcome.events();
        committed += outcome.committed();
        reached.add(outcome.reached());
    }

    private synchronized void failed(Failure failure) {
        histories++;
        failures.add(failure);
        if (failures.size() >= failuresMax) {
            next.set(end);
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        Result result = run(Long.parseLong(arguments[0]), Long.parseLong(arguments[1]), Integer.parseInt(arguments[2]));
        System.out.println(result);
        result.failures.forEach(failure -> System.out.println(failure.seed + ": " + failure.reason));
    }
}
