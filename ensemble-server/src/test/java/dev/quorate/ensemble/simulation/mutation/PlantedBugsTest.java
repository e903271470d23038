package dev.quorate.ensemble.simulation.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each planted bug is caught within so many seeds.
class PlantedBugsTest {
    private static final long SEEDS = Long.getLong("simulation.mutation.seeds", 2_000);

    static Stream<String> bugs() {
        return PlantedBugs.all().stream().map(Mutant::what);
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void isCaught(String what) throws ReflectiveOperationException {
        long start = System.nanoTime();
        String caught = new MutatedClasses(mutant(what)).hunt(SEEDS);
        System.out.printf("%-90s %5.1f s  %s%n", what, (System.nanoTime() - start) / 1e9, caught);
        assertThat(caught).as("nothing was noticed within %s seeds", SEEDS).isNotEmpty();
    }

    private static Mutant mutant(String what) {
        return PlantedBugs.all().stream()
                .filter(mutant -> mutant.what().equals(what))
                .findFirst()
                .orElseThrow();
    }

    /// The loader itself is innocent: without a bug nothing is found.
    @Test
    void withoutABugNothingIsCaught() throws ReflectiveOperationException {
        Mutant none = Mutant.instructions("none", "zab.CommitRule", "committable", (code, element) -> {
            code.with(element);
            return true;
        });
        assertThat(List.of(new MutatedClasses(none).hunt(20))).containsExactly("");
    }
}
