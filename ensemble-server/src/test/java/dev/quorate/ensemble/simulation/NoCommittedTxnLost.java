package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.model.Zxid;

/// What was committed stays on the disks of a quorum. (That every later history goes on from it, [Chain] says.)
final class NoCommittedTxnLost implements Laws.Law {
    private final Simulation simulation;

    NoCommittedTxnLost(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void crashed(SimulatedServer server) {
        Chain chain = simulation.laws.chain;
        if (chain.lastCommitted() != 0 && !simulation.isDurable(chain.lastCommitted())) {
            throw new Violation(
                    "NoCommittedTxnLost",
                    Zxid.hex(chain.lastCommitted()) + " is not on the disks of a quorum any more");
        }
    }
}
