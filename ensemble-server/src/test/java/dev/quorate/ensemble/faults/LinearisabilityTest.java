package dev.quorate.ensemble.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.faults.Linearisability.Interval;
import dev.quorate.ensemble.faults.Linearisability.Verdict;
import dev.quorate.ensemble.faults.Operation.Kind;
import dev.quorate.ensemble.faults.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearisabilityTest {
    private static final long NEVER = Operation.NEVER;

    private static Operation operation(
            Kind kind, String value, int version, long invoked, long returned, Outcome outcome) {
        return new Operation(1, 1, 1, kind, "/r", value, version, 0, invoked, returned, outcome);
    }

    private static Operation write(String value, int version, long invoked, long returned) {
        return operation(Kind.WRITE, value, version, invoked, returned, Outcome.OK);
    }

    private static Operation lostWrite(String value, long invoked) {
        return operation(Kind.WRITE, value, -1, invoked, NEVER, Outcome.UNKNOWN);
    }

    private static Operation read(String value, int version, long invoked, long returned) {
        return operation(Kind.SYNC_READ, value, version, invoked, returned, Outcome.OK);
    }

    private static boolean linearisable(Operation... operations) {
        return linearisable(List.of(operations));
    }

    private static boolean linearisable(List<Operation> operations) {
        List<Interval<Operation>> intervals = operations.stream()
                .map(one -> new Interval<>(one, one.invoked(), one.returned()))
                .toList();
        Verdict verdict = Linearisability.check(new Register(History.INITIAL, operations), intervals);
        assertThat(verdict).isNotInstanceOf(Verdict.Undecided.class);
        return verdict instanceof Verdict.Linearisable;
    }

    @Test
    void aReadSeesTheWriteThatReturnedBefore() {
        assertThat(linearisable(write("a", 1, 0, 10), read("a", 1, 20, 30))).isTrue();
        assertThat(linearisable(write("a", 1, 0, 10), read("", 0, 20, 30))).isFalse();
    }

    @Test
    void aReadBesideAWriteMaySeeEither() {
        assertThat(linearisable(write("a", 1, 0, 100), read("", 0, 20, 30))).isTrue();
        assertThat(linearisable(write("a", 1, 0, 100), read("a", 1, 20, 30))).isTrue();
    }

    @Test
    void whatOneHasReadNobodyUnreads() {
        assertThat(linearisable(write("a", 1, 0, 100), read("a", 1, 20, 30), read("", 0, 40, 50)))
                .isFalse();
    }

    @Test
    void aWriteOfUnknownOutcomeTakesEffectLateOrNever() {
        assertThat(linearisable(lostWrite("a", 0), read("", 0, 20, 30))).isTrue();
        assertThat(linearisable(lostWrite("a", 0), read("", 0, 20, 30), read("a", 1, 40, 50)))
                .isTrue();
        assertThat(linearisable(read("a", 1, 0, 10), lostWrite("a", 20))).isFalse();
        assertThat(linearisable(lostWrite("a", 0), write("b", 2, 20, 30), read("b", 2, 40, 50)))
                .isTrue();
        assertThat(linearisable(write("b", 2, 20, 30), read("b", 2, 40, 50))).isFalse();
    }

    @Test
    void aCasSucceedsAtItsVersionOnly() {
        Operation won = operation(Kind.CAS, "a", 0, 0, 10, Outcome.OK);
        assertThat(linearisable(won, operation(Kind.CAS, "b", 0, 20, 30, Outcome.FAILED)))
                .isTrue();
        assertThat(linearisable(won, operation(Kind.CAS, "b", 0, 0, 10, Outcome.OK)))
                .isFalse();
        assertThat(linearisable(operation(Kind.CAS, "b", 0, 0, 10, Outcome.FAILED)))
                .isFalse();
        assertThat(linearisable(won, operation(Kind.CAS, "b", 1, 20, 30, Outcome.FAILED)))
                .isFalse();
    }

    @Test
    void manyWritesOfUnknownOutcomeDoNotTakeForever() {
        List<Operation> operations = new ArrayList<>();
        int version = 0;
        for (int i = 0; i < 2_000; i++) {
            if (i % 3 == 0) {
                operations.add(lostWrite("lost " + i, 10 * i));
            } else {
                // Every tenth lost write has taken effect, and nobody has seen it.
                version += i % 30 == 1 ? 2 : 1;
                operations.add(write("w" + i, version, 10 * i, 10 * i + 15));
                operations.add(read("w" + i, version, 10 * i + 5, 10 * i + 18));
            }
        }
        assertThat(linearisable(operations)).isTrue();
    }

    /// Against the definition itself, tried on every order of few operations.
    @Test
    void agreesWithAllOrdersTried() {
        int[] verdicts = new int[2];
        for (int seed = 0; seed < 20_000; seed++) {
            List<Operation> operations = random(new Random(seed));
            boolean expected = someOrder(operations, 0, "");
            verdicts[expected ? 1 : 0]++;
            assertThat(linearisable(operations))
                    .as("seed %d: %s", seed, operations)
                    .isEqualTo(expected);
        }
        assertThat(verdicts[0]).isGreaterThan(2_000);
        assertThat(verdicts[1]).isGreaterThan(2_000);
    }

    private static List<Operation> random(Random random) {
        List<Operation> operations = new ArrayList<>();
        int size = random.nextInt(1, 6);
        for (int i = 0; i < size; i++) {
            long invoked = random.nextInt(40);
            long returned = invoked + random.nextInt(1, 30);
            Kind kind = List.of(Kind.WRITE, Kind.CAS, Kind.SYNC_READ).get(random.nextInt(3));
            Outcome outcome = kind != Kind.SYNC_READ && random.nextInt(3) == 0
                    ? Outcome.UNKNOWN
                    : kind == Kind.CAS && random.nextInt(3) == 0 ? Outcome.FAILED : Outcome.OK;
            int version = random.nextInt(kind == Kind.WRITE ? 1 : 0, 3);
            String value = kind == Kind.SYNC_READ ? version == 0 ? "" : "w" + random.nextInt(size) : "w" + i;
            operations.add(
                    operation(kind, value, version, invoked, outcome == Outcome.UNKNOWN ? NEVER : returned, outcome));
        }
        return operations;
    }

    private static boolean someOrder(List<Operation> left, int version, String value) {
        if (left.stream().allMatch(one -> one.outcome() == Outcome.UNKNOWN)) {
            return true;
        }
        for (Operation next : left) {
            boolean mayBeNext = left.stream().noneMatch(other -> other.returned() < next.invoked());
            if (!mayBeNext) {
                continue;
            }
            List<Operation> rest = new ArrayList<>(left);
            rest.remove(next);
            boolean matches = next.version() == version;
            boolean takesEffect = next.kind() == Kind.WRITE || (next.kind() == Kind.CAS && matches);
            boolean possible =
                    switch (next.outcome()) {
                        case OK ->
                            next.kind() == Kind.WRITE
                                    ? next.version() == version + 1
                                    : matches
                                            && (next.kind() == Kind.CAS
                                                    || next.value().equals(value));
                        case FAILED -> !matches;
                        case REFUSED, UNKNOWN -> true;
                    };
            boolean changes = takesEffect && next.outcome() != Outcome.FAILED;
            if (possible && someOrder(rest, changes ? version + 1 : version, changes ? next.value() : value)) {
                return true;
            }
        }
        return false;
    }
}
