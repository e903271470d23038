package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.MemberView;
import java.util.HashMap;
import java.util.Map;

/// No two servers lead the same epoch, ever.
final class SingleLeaderPerEpoch implements Laws.Law {
    private final Map<Long, Integer> leaders = new HashMap<>();

    @Override
    public void stepped(SimulatedServer server) {
        MemberView view = server.view();
        if (view.leadsAnEpoch()) {
            Integer other = leaders.putIfAbsent(view.epochLed(), server.id);
            if (other != null && other != server.id) {
                throw new Violation(
                        "SingleLeaderPerEpoch",
                        "servers " + other + " and " + server.id + " lead epoch " + view.epochLed());
            }
        }
    }
}
