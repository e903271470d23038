package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.MemberView;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.simulation.oracle.AbstractZab;
import dev.quorate.ensemble.simulation.oracle.NotAllowed;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Whatever the disks of the voters hold and whatever anybody shows is a behaviour of [AbstractZab].
final class ZabBehaviour implements Laws.Law, SimulatedDisk.Watcher {
    private final Simulation simulation;
    private final AbstractZab zab;
    private final Set<Long> led = new HashSet<>();

    ZabBehaviour(Simulation simulation) {
        this.simulation = simulation;
        zab = new AbstractZab(simulation::isQuorum);
    }

    private boolean concerns(int server) {
        return simulation.membersStay() && simulation.isVoter(server);
    }

    private static void check(Runnable step) {
        try {
            step.run();
        } catch (NotAllowed e) {
            throw new Violation("ZabBehaviour", e.getMessage());
        }
    }

    @Override
    public void stepped(SimulatedServer server) {
        long epoch = server.view().epochLed();
        if (epoch > 0 && led.add(epoch) && simulation.membersStay()) {
            List<Long> history = simulation.laws.chain.historyTo(server.view().lastLogged());
            check(() -> zab.leads(server.id, epoch, history));
        }
    }

    @Override
    public void acceptedEpochStored(int server, long epoch) {
        if (concerns(server)) {
            check(() -> zab.promised(server, epoch));
        }
    }

    @Override
    public void currentEpochStored(int server, long epoch) {
        if (concerns(server)) {
            check(() -> zab.madeCurrent(server, epoch));
        }
    }

    @Override
    public void tookEpochFromHistory(int server, long epoch) {
        if (concerns(server)) {
            check(() -> zab.tookEpochFromHistory(server, epoch));
        }
    }

    @Override
    public void logged(int server, long zxid) {
        if (concerns(server)) {
            check(() -> zab.appended(server, zxid));
        }
    }

    @Override
    public void holds(int server, long snapshot, List<Long> logged) {
        if (concerns(server)) {
            List<Long> history = simulation.laws.chain.historyTo(snapshot);
            history.addAll(logged);
            check(() -> zab.holds(server, history));
        }
    }

    @Override
    public void proposed(SimulatedServer server, long zxid) {
        if (simulation.membersStay()) {
            check(() -> zab.proposed(server.id, Zxid.epoch(zxid), zxid));
        }
    }

    @Override
    public void shown(SimulatedServer server, long zxid) {
        if (simulation.membersStay()) {
            MemberView view = server.view();
            long transaction = simulation.laws.chain.transaction(zxid);
            check(() -> zab.delivers(server.id, view.currentEpoch(), transaction));
        }
    }

    @Override
    public void crashed(SimulatedServer server) {
        zab.crashed(server.id);
    }
}
