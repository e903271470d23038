package dev.quorate.ensemble.simulation.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each planted bug is caught within so many seeds.
class PlantedBugsTest {
    private static final long SEEDS = Long.getLong("simulation.mutation.seeds", 2_000);

    private static final long RARE_SEEDS = Long.getLong("simulation.mutation.rare", 0);

    private static final List<String> TABLE = new ArrayList<>();

    static Stream<String> bugs() {
        return PlantedBugs.all().stream().map(Mutant::what);
    }

    static Stream<String> rareBugs() {
        return PlantedBugs.rare().stream().map(Mutant::what);
    }

    /// For a night: `-Dsimulation.mutation.rare=50000`.
    @ParameterizedTest
    @MethodSource("rareBugs")
    @EnabledIfSystemProperty(named = "simulation.mutation.rare", matches = "[0-9]+")
    void isCaughtInTheLongRun(String what) throws ReflectiveOperationException {
        assertThat(hunt(what, RARE_SEEDS)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void isCaught(String what) throws ReflectiveOperationException {
        assertThat(hunt(what, SEEDS))
                .as("nothing was noticed within %s seeds", SEEDS)
                .isNotEmpty();
    }

    private static String hunt(String what, long seeds) throws ReflectiveOperationException {
        Mutant mutant = Stream.concat(PlantedBugs.all().stream(), PlantedBugs.rare().stream())
                .filter(one -> one.what().equals(what))
                .findFirst()
                .orElseThrow();
        long start = System.nanoTime();
        String caught = new MutatedClasses(mutant).hunt(seeds);
        System.out.printf("%-90s %5.1f s  %s%n", what, (System.nanoTime() - start) / 1e9, caught);
        // `seed 7: ...Violation: TheLaw: what`, or another exception
        String[] parts = caught.split(":? ", 5);
        TABLE.add("| " + String.join(" | ", what, parts.length < 4 ? "" : parts[1], parts.length < 4 ? "" : parts[3])
                + " |");
        return caught;
    }

    @AfterAll
    static void printTheTableOfTheDocumentation() {
        System.out.println("| planted bug | seeds | noticed by |\n| --- | --- | --- |");
        TABLE.forEach(System.out::println);
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
