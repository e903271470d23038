package dev.quorate.e2e.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// Waiting for a condition, with a deadline that only a broken product or a stuck machine reaches.
public final class Await {
    /// Pods may have to start, one after the other, on a machine that others use too.
    public static final Duration LONG = Duration.ofMinutes(6);

    private static final long POLL_MILLIS = 100;

    private Await() {}

    /// @param state what to say of a time-out
    public static void until(String what, Callable<?> state, Callable<Boolean> condition) throws Exception {
        value(what, state, () -> condition.call() ? Optional.of(true) : Optional.empty());
    }

    public static <T> T value(String what, Callable<?> state, Callable<Optional<T>> source) throws Exception {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            Optional<T> value = source.call();
            if (value.isPresent()) {
                return value.get();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LONG.toMinutes() + " min: " + what + "; now: " + state.call());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }
}
