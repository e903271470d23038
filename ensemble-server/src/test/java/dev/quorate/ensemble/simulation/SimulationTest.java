package dev.quorate.ensemble.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The main test of the core: thousands of histories with faults of every kind, and no law broken in any. Numbers by
/// property: `-Dsimulation.histories=20000`, `-Dsimulation.first=1`; one seed with its trace by `-Dsimulation.seed=7`.
class SimulationTest {
    private static final long HISTORIES = Long.getLong("simulation.histories", 20_000);
    private static final long FIRST = Long.getLong("simulation.first", 1);
    private static final Long ONE = Long.getLong("simulation.seed");

    @Test
    void noHistoryBreaksALaw() throws InterruptedException {
        Histories.Result result = ONE == null ? Histories.run(FIRST, HISTORIES, 3) : Histories.run(ONE, 1, 1);
        System.out.println(result);
        assertThat(result.failures().stream()
                        .map(failure ->
                                Replay.explain(failure.seed(), failure.reason().toString()))
                        .findFirst()
                        .orElse(""))
                .as("first of %s broken laws", result.failures().size())
                .isEmpty();
        assertThat(result.histories()).isEqualTo(ONE == null ? HISTORIES : 1);
        if (ONE == null && HISTORIES >= 1_000) {
            everythingWasReached(result.reached());
        }
    }

    /// A simulation that does not come to the hard places proves nothing.
    private static void everythingWasReached(Reached reached) {
        for (String kind : new String[] {
            "packet Diff",
            "packet Trunc",
            "packet Snap",
            "packet Inform",
            "packet Sync",
            "packet Revalidate",
            "fault: power lost",
            "fault: process killed",
            "fault: all servers crash",
            "fault: partition",
            "fault: one-way cut",
            "fault: flapping",
            "fault: connection broken",
            "fault: connection stalls",
            "fault: fsync fails",
            "fault: disk full",
            "disk: what was not synced is lost",
            "fault: leader alone",
            "fault: client vanishes",
            "fault: client connection broken",
            "fault: slow disk",
            "fault: wall clock jumps",
            "fault: process paused",
            "fault: at a delicate moment",
            "fault: orderly stop",
            "core: session Z expired",
            "core: server N is leading, epoch N, last zxid Z",
            "core: server N stops leading: a quorum does not follow any more",
            "core: server N stops following: leader N is silent",
            "client came back with its session",
            "client told that its session is over",
            "client reads at a server without a leader",
            "ephemeral refused to a local session",
            "core: observer N at Z is synchronised by Diff",
            "core: observer N at Z is synchronised by Snapshot",
            "watch fired",
            "snapshot file begun",
            "server stopped by a failure"
        }) {
            assertThat(reached.of(kind)).as(kind).isGreaterThan(10);
        }
    }

    @Test
    void oneSeedIsOneHistory() {
        for (long seed = 1; seed <= 40; seed++) {
            assertThat(Simulation.run(seed).hash())
                    .as("seed %s", seed)
                    .isEqualTo(Simulation.run(seed).hash());
        }
    }

    @Test
    void aTraceChangesNothing() {
        for (long seed = 1; seed <= 10; seed++) {
            assertThat(new Simulation(seed, new Trace(100)).run().hash())
                    .isEqualTo(Simulation.run(seed).hash());
        }
    }
}
