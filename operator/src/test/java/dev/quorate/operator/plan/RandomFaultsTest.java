package dev.quorate.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.operator.desired.Member;
import dev.quorate.operator.observe.MemberState;
import dev.quorate.operator.observe.Observed;
import dev.quorate.operator.observe.ObservedMember;
import dev.quorate.operator.plan.EnsembleStep.Restart;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Random edits, lost pods, members that come up late or not at all, an operator that dies between any two steps: the
/// invariants hold after every turn, and once the faults stop all is as the spec wants it.
class RandomFaultsTest {
    private static final int SEEDS = 25;
    private static final int TURNS = 60;

    @Test
    void invariantsHoldAndTheWorldSettles() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        World world = new World(random.nextBoolean() ? 3 : 5, random.nextInt(3));
        for (int turn = 0; turn < TURNS; turn++) {
            faults(world, random);
            checkedTurn(world, random, seed, true);
        }
        world.commits = true;
        Progress last = null;
        for (int turn = 0; turn < 120; turn++) {
            world.makePods();
            world.pods.forEach((id, pod) -> {
                if (pod.state != MemberState.Serving) {
                    world.serve(id);
                }
            });
            last = checkedTurn(world, random, seed, false).progress();
            world.now = world.now.plusSeconds(3);
        }
        assertThat(last).as("seed %s", seed).isInstanceOf(Progress.Current.class);
        assertThat(world.markersPlaced).as("seed %s", seed).isLessThanOrEqualTo(1);
        assertThat(world.marker).as("seed %s", seed).isFalse();
    }

    private static void faults(World world, SplittableRandom random) {
        if (random.nextInt(25) == 0) {
            world.changeConfig(1_000 + random.nextInt(1_000));
        }
        if (random.nextInt(3) != 0) {
            world.makePods();
        }
        List<Long> ids = new ArrayList<>(world.pods.keySet());
        for (long id : ids) {
            World.Running pod = world.pods.get(id);
            if (pod.state == MemberState.Serving && random.nextInt(60) == 0) {
                pod.state = random.nextBoolean() ? MemberState.Dead : MemberState.Alive;
            } else if (pod.state != MemberState.Serving && random.nextInt(3) == 0) {
                world.serve(id);
            } else if (random.nextInt(120) == 0) {
                world.pods.remove(id);
            } else if (pod.state == MemberState.Serving && random.nextInt(3) == 0) {
                pod.zxid++;
                world.disks.put(id, pod.zxid);
            }
        }
        world.commits = random.nextInt(15) != 0;
        if (random.nextInt(80) == 0 && !world.sets.isEmpty()) {
            world.sets.remove(world.sets.keySet().iterator().next());
        }
    }

    private static EnsemblePlan checkedTurn(World world, SplittableRandom random, long seed, boolean faulty) {
        Observed before = world.observe();
        var statusBefore = world.ensemble.getStatus();
        EnsemblePlan plan = EnsemblePlanner.plan(world.ensemble, before, World.IMAGE, world.operator, world.now);
        List<Restart> restarts = plan.steps().stream()
                .filter(s -> s instanceof Restart)
                .map(s -> (Restart) s)
                .toList();
        assertThat(restarts).as("I1, seed %s", seed).hasSizeLessThanOrEqualTo(1);
        for (Restart restart : restarts) {
            Member member = restart.set().member();
            assertThat(statusBefore.operation())
                    .as("written down before, by who does it, seed %s", seed)
                    .isNotNull()
                    .satisfies(o -> assertThat(o.member()).isEqualTo(member.name()))
                    .satisfies(o -> assertThat(o.operator()).isEqualTo(world.operator));
            ObservedMember found = before.members().stream()
                    .filter(m -> m.id() == member.id())
                    .findFirst()
                    .orElseThrow();
            if (found.serving() && member.votes()) {
                assertThat(before.voters()).as("I3, seed %s", seed).allMatch(ObservedMember::serving);
                int voters = before.voters().size();
                assertThat(voters - 1).as("I2, seed %s", seed).isGreaterThanOrEqualTo(voters / 2 + 1);
                assertThat(before.proof().succeeded())
                        .as("proof, seed %s", seed)
                        .isTrue();
                boolean othersOutdated = plan.restartReasons().size() > 1;
                assertThat(found.leads() && othersOutdated)
                        .as("leader last, seed %s", seed)
                        .isFalse();
            }
        }
        if (faulty && random.nextInt(10) == 0) {
            // The operator dies: before it wrote the status, or between two steps.
            if (random.nextBoolean()) {
                world.ensemble.setStatus(
                        dev.quorate.operator.status.EnsembleReport.of(world.ensemble, before, plan, world.now));
                plan.steps().stream()
                        .limit(random.nextInt(plan.steps().size() + 1))
                        .forEach(world::carryOut);
            }
            world.now = world.now.plusSeconds(1);
            world.operator = "operator-" + random.nextInt(3);
            return plan;
        }
        return world.turn();
    }
}
