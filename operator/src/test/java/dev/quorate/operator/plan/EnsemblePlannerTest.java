package dev.quorate.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.operator.observe.MemberState;
import dev.quorate.operator.plan.EnsembleStep.Apply;
import dev.quorate.operator.plan.EnsembleStep.PlaceMarker;
import dev.quorate.operator.plan.EnsembleStep.RemoveMarker;
import dev.quorate.operator.plan.EnsembleStep.Restart;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Observed state in, next step out. Numbers in brackets are the rules of the design.
class EnsemblePlannerTest {
    @Test
    void bootstrapPlacesTheMarkerFirstAndMakesAllMembersAtOnce() {
        World world = new World(3, 1);
        EnsemblePlan plan = world.turn();
        assertThat(plan.steps()).hasAtLeastOneElementOfType(PlaceMarker.class);
        assertThat(plan.steps().stream().filter(s -> s instanceof Apply a && a.object() instanceof StatefulSet))
                .hasSize(4);
        int marker = indexOfMarker(plan);
        assertThat(plan.steps().subList(0, marker))
                .noneMatch(s -> s instanceof Apply a && a.object() instanceof StatefulSet);
        assertThat(plan.initialized()).isFalse();
        assertThat(plan.progress()).isInstanceOf(Progress.Underway.class);
    }

    private static int indexOfMarker(EnsemblePlan plan) {
        for (int i = 0; i < plan.steps().size(); i++) {
            if (plan.steps().get(i) instanceof PlaceMarker) {
                return i;
            }
        }
        throw new AssertionError("no marker in " + plan.steps());
    }

    @Test
    void initializedOnlyWhenEveryMemberServesThenTheMarkerGoes() {
        World world = new World(3, 0);
        world.turn();
        world.makePods();
        world.serve(1);
        world.serve(2);
        assertThat(world.turn().initialized()).isFalse();
        world.serve(3);
        EnsemblePlan plan = world.turn();
        assertThat(plan.initialized()).isTrue();
        assertThat(plan.steps()).hasAtLeastOneElementOfType(RemoveMarker.class);
        assertThat(world.turn().steps()).isEmpty();
        assertThat(world.turn().progress()).isInstanceOf(Progress.Current.class);
    }

    /// I9: whatever is lost later, empty disks never vote again.
    @Test
    void theMarkerIsNeverPlacedASecondTime() {
        World world = World.settled(3, 0);
        world.pods.clear();
        world.sets.clear();
        for (int i = 0; i < 5; i++) {
            world.turn();
            world.makePods();
        }
        assertThat(world.markersPlaced).isEqualTo(1);
        assertThat(world.marker).isFalse();
    }

    @Test
    void withoutCommitThereIsNoBootstrap() {
        World world = new World(3, 0);
        world.commits = false;
        world.turn();
        world.makePods();
        List.of(1L, 2L, 3L).forEach(world::serve);
        assertThat(world.turn().initialized()).isFalse();
    }

    @Test
    void rollGoesObserversFirstLeaderLastOneAtATime() {
        World world = World.settled(3, 2);
        assertThat(world.leader()).contains(3L);
        world.changeConfig(1234);
        List<Long> order = new ArrayList<>();
        for (int turn = 0; turn < 200 && order.size() < 5; turn++) {
            EnsemblePlan plan = world.turn();
            List<Restart> restarts = plan.steps().stream()
                    .filter(s -> s instanceof Restart)
                    .map(s -> (Restart) s)
                    .toList();
            assertThat(restarts).hasSizeLessThanOrEqualTo(1);
            restarts.forEach(r -> order.add(r.set().member().id()));
            assertThat(restarts.stream().map(Restart::reasons))
                    .allMatch(r -> r.equals(List.of(RestartReason.ConfigChanged)));
            world.makePods();
            world.pods.forEach((id, pod) -> {
                if (pod.state == MemberState.Starting) {
                    world.serve(id);
                }
            });
        }
        assertThat(order).containsExactly(4L, 5L, 1L, 2L, 3L);
        world.now = world.now.plusSeconds(30);
        world.turn();
        assertThat(world.turn().progress()).isInstanceOf(Progress.Current.class);
    }

    /// I1: the operation is written down in one turn and begun in a later one.
    @Test
    void restartIsWrittenDownBeforeItBegins() {
        World world = World.settled(3, 0);
        world.changeConfig(1234);
        EnsemblePlan first = world.turn();
        assertThat(first.steps()).noneMatch(s -> s instanceof Restart);
        assertThat(first.operation()).isNotNull();
        assertThat(world.turn().steps()).hasAtLeastOneElementOfType(Restart.class);
    }

    /// R27: a bad revision stops at its first member.
    @Test
    void nothingGoesWhileAnUpToDateMemberDoesNotServe() {
        World world = World.settled(3, 1);
        world.changeConfig(1234);
        world.turn();
        world.turn();
        world.makePods();
        for (int i = 0; i < 20; i++) {
            assertThat(world.turn().steps()).noneMatch(s -> s instanceof Restart);
        }
        assertThat(world.pods.values().stream().filter(p -> p.state == MemberState.Serving))
                .hasSize(3);
    }

    @Test
    void memberThatDoesNotComeBackHoldsTheRollAndSaysSo() {
        World world = World.settled(3, 0);
        world.changeConfig(1234);
        world.turn();
        world.turn();
        world.makePods();
        world.pods.get(1L).detail = "zoo.cfg: tickTime=x";
        world.now = world.now.plusSeconds(16 * 60);
        EnsemblePlan plan = world.turn();
        assertThat(plan.progress()).isInstanceOf(Progress.Stuck.class);
        assertThat(plan.progress().reason()).isEqualTo("MemberTimeout");
        assertThat(plan.progress().message()).contains("e-m1").contains("zoo.cfg: tickTime=x");
    }

    /// I1: two operators that both think they lead. What the other wrote down is judged anew before it is done.
    @Test
    void anOperatorDoesNotCarryOutWhatAnotherWroteDown() {
        World world = World.settled(3, 0);
        world.changeConfig(1234);
        assertThat(world.turn().operation()).isNotNull();
        world.operator = "operator-2";
        EnsemblePlan taken = world.turn();
        assertThat(taken.steps()).noneMatch(s -> s instanceof Restart);
        assertThat(taken.operation().operator()).isEqualTo("operator-2");
        world.operator = "operator-1";
        assertThat(world.turn().steps()).noneMatch(s -> s instanceof Restart);
        world.operator = "operator-2";
        assertThat(world.turn().steps()).noneMatch(s -> s instanceof Restart);
        assertThat(world.turn().steps()).hasAtLeastOneElementOfType(Restart.class);
    }

    /// R28: the next revision goes to the broken member first, without asking for a quorum.
    @Test
    void brokenOutdatedMemberIsReplacedFirst() {
        World world = World.settled(3, 1);
        world.pods.get(2L).state = MemberState.Dead;
        world.pods.get(3L).state = MemberState.Dead;
        world.changeConfig(1234);
        assertThat(world.turn().operation().member()).isEqualTo("e-m2");
        EnsemblePlan plan = world.turn();
        assertThat(plan.steps())
                .filteredOn(s -> s instanceof Restart)
                .singleElement()
                .satisfies(s -> assertThat(((Restart) s).set().member().id()).isEqualTo(2L));
    }

    /// I3: no healthy voter while another one is away.
    @Test
    void noServingVoterGoesWhileAnotherIsMissing() {
        World world = World.settled(3, 0);
        world.changeConfig(1234);
        world.pods.remove(2L);
        for (int i = 0; i < 10; i++) {
            assertThat(world.turn().steps()).noneMatch(s -> s instanceof Restart);
        }
    }

    @Test
    void noServingVoterGoesWithoutACommit() {
        World world = World.settled(3, 0);
        world.changeConfig(1234);
        world.commits = false;
        for (int i = 0; i < 10; i++) {
            assertThat(world.turn().steps()).noneMatch(s -> s instanceof Restart);
        }
        assertThat(world.turn().progress().message()).contains("no commit in time");
    }

    /// R8: somebody scaled a member's StatefulSet.
    @Test
    void driftIsCorrected() {
        World world = World.settled(3, 0);
        StatefulSet set = world.sets
                .get("e-m2")
                .edit()
                .editSpec()
                .withReplicas(0)
                .endSpec()
                .build();
        world.sets.put("e-m2", set);
        EnsemblePlan plan = world.turn();
        assertThat(plan.steps()).singleElement().satisfies(s -> assertThat(
                        ((Apply) s).object().getMetadata().getName())
                .isEqualTo("e-m2"));
    }

    @Test
    void whatTheApiAddsIsNoDrift() {
        World world = World.settled(3, 0);
        StatefulSet set = world.sets
                .get("e-m2")
                .edit()
                .editSpec()
                .withMinReadySeconds(0)
                .endSpec()
                .withNewStatus()
                .withReplicas(1)
                .endStatus()
                .build();
        world.sets.put("e-m2", set);
        assertThat(world.turn().steps()).isEmpty();
    }

    @Test
    void refusedVolumeIsToldWithItsReason() {
        World world = World.settled(3, 0);
        World.Running pod = world.pods.get(1L);
        pod.state = MemberState.Dead;
        pod.exitCode = 78;
        pod.detail = "the volume belongs to member 2";
        EnsemblePlan plan = world.turn();
        assertThat(plan.progress().reason()).isEqualTo("VolumeRefused");
        assertThat(plan.progress().message()).contains("e-m1").contains("the volume belongs to member 2");
    }

    /// I6: PZ#577, a member that comes back with less than it had.
    @Test
    void memberThatServesWithLessThanItHadStopsEverything() {
        World world = World.settled(3, 0);
        world.pods.get(1L).zxid = 0x100000009L;
        world.changeConfig(1234);
        world.turn();
        world.pods.get(1L).zxid = 0x100000002L;
        EnsemblePlan plan = world.turn();
        assertThat(plan.progress().reason()).isEqualTo("ZxidRegression");
        for (int i = 0; i < 5; i++) {
            assertThat(world.turn().steps()).noneMatch(s -> s instanceof Restart);
        }
        assertThat(world.ensemble.getStatus().conditionsOrEmpty())
                .filteredOn(c -> c.getType().equals("DataIntact"))
                .singleElement()
                .satisfies(c -> assertThat(c.getStatus()).isEqualTo("False"));
    }

    /// Applied anew right after it was deleted: what is left of the first must not spoil the bootstrap of the second.
    @Test
    void nothingIsDoneWhileObjectsOfAnEarlierEnsembleAreThere() {
        World world = new World(3, 0);
        world.leftovers = List.of("StatefulSet e-m1 of Ensemble e with uid uid-0");
        EnsemblePlan plan = world.turn();
        assertThat(plan.steps()).isEmpty();
        assertThat(plan.progress().reason()).isEqualTo("WaitingForDeletion");
        assertThat(plan.progress().message()).contains("StatefulSet e-m1");
        world.leftovers = List.of();
        assertThat(world.turn().steps()).hasAtLeastOneElementOfType(PlaceMarker.class);
    }

    /// A quorum may come back by itself: not all servers that look for a leader are restarted in its stead.
    @Test
    void withoutAQuorumServersThatRunAreTriedOneAtATime() {
        World world = World.settled(5, 0);
        world.pods.values().forEach(pod -> pod.state = MemberState.Alive);
        world.changeConfig(1234);
        long restarts = 0;
        for (int i = 0; i < 60; i++) {
            restarts += world.turn().steps().stream()
                    .filter(s -> s instanceof Restart)
                    .count();
            world.makePods();
        }
        assertThat(restarts).isEqualTo(1);
        world.now = world.now.plusSeconds(16 * 60);
        world.turn();
        assertThat(world.turn().steps()).filteredOn(s -> s instanceof Restart).hasSize(1);
    }

    @Test
    void amountThatTheApiWritesAnotherWayIsNoDrift() {
        World world = World.settled(3, 0);
        StatefulSet set = world.sets.get("e-m2");
        var request = set.getSpec()
                .getVolumeClaimTemplates()
                .getFirst()
                .getSpec()
                .getResources()
                .getRequests();
        assertThat(request.get("storage").toString()).isEqualTo("10Gi");
        request.put("storage", io.fabric8.kubernetes.api.model.Quantity.parse("10240Mi"));
        assertThat(world.turn().steps()).isEmpty();
    }

    /// A member that loses its volume later must not begin with the old backup again and vote with it.
    @Test
    void restoreGoesFromTheTemplateOnceTheEnsembleIsInitialized() {
        World world = new World(3, 0);
        world.recover(Examples.completedBackup());
        world.turn();
        assertThat(world.markersPlaced).isZero();
        assertThat(world.sets.values()).allMatch(set -> initContainers(set) == 1);
        world.makePods();
        List.of(1L, 2L, 3L).forEach(world::serve);
        world.turn();
        world.turn();
        assertThat(world.sets.values()).allMatch(set -> initContainers(set) == 0);
        assertThat(world.turn().steps()).isEmpty();
    }

    private static int initContainers(StatefulSet set) {
        return set.getSpec().getTemplate().getSpec().getInitContainers().size();
    }
}
