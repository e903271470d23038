package dev.quorate.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.operator.plan.World;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What GitOps tools make of an Ensemble, by the rules of kstatus.
class EnsembleReportTest {
    private static String kstatus(World world) {
        EnsembleStatus status = world.ensemble.getStatus();
        return Kstatus.of(
                world.ensemble.getMetadata().getGeneration(), status.observedGeneration(), status.conditionsOrEmpty());
    }

    @Test
    void bootstrapIsInProgressAndTheEndOfItCurrent() {
        World world = new World(3, 1);
        world.turn();
        assertThat(kstatus(world)).isEqualTo("InProgress");
        world.makePods();
        List.of(1L, 2L, 3L, 4L).forEach(world::serve);
        for (int i = 0; i < 3; i++) {
            world.turn();
        }
        assertThat(kstatus(world)).isEqualTo("Current");
    }

    @Test
    void anotherSpecIsInProgressBeforeAnybodyLookedAtIt() {
        World world = World.settled(3, 0);
        assertThat(kstatus(world)).isEqualTo("Current");
        world.changeConfig(1234);
        assertThat(kstatus(world)).isEqualTo("InProgress");
        world.turn();
        assertThat(kstatus(world)).isEqualTo("InProgress");
    }

    @Test
    void rollThatIsHeldHasFailed() {
        World world = World.settled(3, 0);
        world.changeConfig(1234);
        world.turn();
        world.turn();
        world.makePods();
        world.now = world.now.plusSeconds(16 * 60);
        world.turn();
        assertThat(kstatus(world)).isEqualTo("Failed");
        world.serve(1);
        world.turn();
        assertThat(kstatus(world)).as("it clears by itself").isEqualTo("InProgress");
    }

    @Test
    void everyConditionNamesItsGenerationAndAReason() {
        World world = World.settled(3, 0);
        world.changeConfig(1234);
        world.turn();
        EnsembleStatus status = world.ensemble.getStatus();
        assertThat(status.conditionsOrEmpty())
                .extracting(c -> c.getType())
                .contains("Ready", "QuorumAvailable", "MembersReady", "Reconciling")
                .doesNotContain("Stalled");
        assertThat(status.conditionsOrEmpty()).allSatisfy(c -> {
            assertThat(c.getObservedGeneration()).isEqualTo(status.observedGeneration());
            assertThat(c.getReason()).matches("[A-Z][A-Za-z]+");
            assertThat(c.getMessage()).isNotEmpty();
        });
    }
}
