package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.MemberView;
import dev.quorate.ensemble.model.Zxid;
import java.util.HashMap;
import java.util.Map;

/// Whoever has made an epoch current has on disk what its leader began with (invariant 3 of peer-protocol.md §8). A
/// server with the epoch and without the history would win elections that it must lose.
final class EpochOnlyWithItsHistory implements Laws.Law {
    private final Simulation simulation;
    private final Map<Long, Long> beginnings = new HashMap<>();
    private final Map<Integer, Long> epochs = new HashMap<>();

    EpochOnlyWithItsHistory(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void stepped(SimulatedServer server) {
        if (!simulation.isVoter(server.id)) {
            return;
        }
        MemberView view = server.view();
        long epoch = view.currentEpoch();
        if (view.leadsAnEpoch()) {
            Chain chain = simulation.laws.chain;
            // A leader that is a quorum alone has proposed by now.
            beginnings.computeIfAbsent(
                    view.epochLed(), led -> chain.transaction(chain.before(Zxid.of(led, 0), view.lastLogged())));
        }
        Long before = epochs.put(server.id, epoch);
        if (before != null && before == epoch) {
            return;
        }
        long beginning = beginnings.getOrDefault(epoch, 0L);
        if (beginning != 0 && !server.disk.durablyHolds(beginning, simulation.laws.chain)) {
            throw new Violation(
                    "EpochOnlyWithItsHistory",
                    "server " + server.id + " has made epoch " + epoch + " current without " + Zxid.hex(beginning));
        }
    }
}
