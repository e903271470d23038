package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.MemberView;
import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.simulation.oracle.AbstractZab;
import dev.quorate.ensemble.simulation.oracle.NotAllowed;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whatever the disks hold, whoever leads with which configuration, and whatever anybody shows is a behaviour of
/// [AbstractZab].
final class ZabBehaviour implements Laws.Law, SimulatedDisk.Watcher {
    private final Simulation simulation;
    private final Scenario scenario;
    private final TreeBehaviour requests;
    private final AbstractZab zab;
    private final Set<Long> led = new HashSet<>();
    private final Map<Integer, Long> inForce = new HashMap<>();

    ZabBehaviour(Simulation simulation, TreeBehaviour requests) {
        this.simulation = simulation;
        this.requests = requests;
        scenario = simulation.scenario();
        zab = new AbstractZab(scenario.configuration(), scenario.reconfigures());
        for (int id = scenario.voters() + scenario.observers() + 1; id <= scenario.servers(); id++) {
            zab.startsWith(id, scenario.configurationOfSpare(id));
        }
    }

    /// A server alone has no protocol.
    private void check(Runnable step) {
        if (scenario.standalone()) {
            return;
        }
        try {
            step.run();
        } catch (NotAllowed e) {
            throw new Violation("ZabBehaviour", e.getMessage());
        }
    }

    @Override
    public void stepped(SimulatedServer server) {
        MemberView view = server.view();
        look(server);
        long epoch = view.epochLed();
        if (epoch > 0 && led.add(epoch)) {
            List<Long> history = simulation.laws.chain.historyTo(view.lastLogged());
            Membership membership = view.membership();
            check(() -> zab.leads(
                    server.id,
                    epoch,
                    history,
                    membership.committed().version(),
                    membership.lastSeen().version()));
        }
    }

    /// Which configuration is in force, before anything is proposed because of it.
    private void look(SimulatedServer server) {
        MemberView view = server.view();
        long version = view.membership().committed().version();
        Long before = inForce.put(server.id, version);
        if (before == null || before != version) {
            check(() -> zab.activates(server.id, view.epochLed(), version));
        }
    }

    @Override
    public void acceptedEpochStored(int server, long epoch) {
        check(() -> zab.promised(server, epoch));
    }

    @Override
    public void currentEpochStored(int server, long epoch) {
        check(() -> zab.madeCurrent(server, epoch));
    }

    @Override
    public void tookEpochFromHistory(int server, long epoch) {
        check(() -> zab.tookEpochFromHistory(server, epoch));
    }

    @Override
    public void membershipStored(int server, Membership membership) {
        check(() -> zab.knows(
                server, membership.committed().version(), membership.lastSeen().version()));
    }

    @Override
    public void logged(int server, long zxid) {
        check(() -> zab.appended(server, zxid));
    }

    @Override
    public void holds(int server, long snapshot, List<Long> logged) {
        if (!scenario.standalone()) {
            List<Long> history = simulation.laws.chain.historyTo(snapshot);
            history.addAll(logged);
            check(() -> zab.holds(server, history));
        }
    }

    @Override
    public void proposed(SimulatedServer server, TxnEntry entry) {
        look(server);
        long zxid = entry.zxid();
        String text = text(entry);
        if (text != null && requests.request(entry) instanceof ClientRequest.Reconfig request) {
            check(() -> zab.reconfigures(server.id, Zxid.epoch(zxid), zxid, request, text));
        } else {
            check(() -> zab.proposed(server.id, Zxid.epoch(zxid), zxid));
        }
    }

    private static @Nullable String text(TxnEntry entry) {
        return entry.txn() instanceof Txn.Reconfig reconfig && reconfig.data() != null
                ? new String(reconfig.data(), StandardCharsets.UTF_8)
                : null;
    }

    /// A leader tells a follower who leads once a reconfiguration is in force.
    void handsOver(SimulatedServer server, long zxid, int to) {
        check(() -> zab.handsOver(server.id, server.view().epochLed(), zxid, to));
    }

    @Override
    public void shown(SimulatedServer server, long zxid) {
        MemberView view = server.view();
        long transaction = simulation.laws.chain.transaction(zxid);
        check(() -> zab.delivers(server.id, view.currentEpoch(), transaction));
    }

    @Override
    public void crashed(SimulatedServer server) {
        inForce.remove(server.id);
        zab.crashed(server.id);
    }
}
