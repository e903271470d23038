package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.MemberView;
import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.simulation.oracle.TreeModel;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Asks every law after every event. What the laws talk about is gathered here: all that was logged, what of it is
/// committed, what that means, and what clients were told.
final class Laws {
    /// A law; each method says by a [Violation] that it is broken. Called when…
    interface Law {
        /// … a server has taken an event.
        default void stepped(SimulatedServer server) {}

        /// … a server shows for the first time that a transaction is committed.
        default void committed(TxnEntry entry) {}

        /// … a server shows a position for the first time in its life.
        default void shown(SimulatedServer server, long zxid) {}

        /// … a leader proposes.
        default void proposed(SimulatedServer server, TxnEntry entry) {}

        /// … a server has died.
        default void crashed(SimulatedServer server) {}

        /// … a client gets an answer.
        default void replied(SimulatedClient client, SimulatedClient.Pending request, Reply reply) {}

        /// … a client hears of a zxid in whatever way.
        default void zxidSeen(SimulatedClient client, long zxid) {}

        /// … a watch fires at a client.
        default void fired(SimulatedClient client, WatchEvent event) {}
    }

    final Chain chain = new Chain();
    final ZabBehaviour zab;
    final TreeBehaviour tree = new TreeBehaviour();
    final TreeModel model = tree.model;
    final Configurations configurations;
    private final List<Law> laws;
    private final Map<Integer, Long> shown = new HashMap<>();
    private long shownToClients;

    Laws(Simulation simulation, EnsembleConfig first) {
        zab = new ZabBehaviour(simulation, tree);
        configurations = new Configurations(simulation, first);
        laws = List.of(
                tree,
                zab,
                configurations,
                new SingleLeaderPerEpoch(),
                new EqualDigestAtEqualZxid(),
                new EpochOnlyWithItsHistory(simulation),
                new NoCommittedTxnLost(simulation),
                new NoUncommittedTxnVisible(simulation, this),
                new SessionOrder(chain),
                new SessionFifo(),
                new LinearisableWrites(this),
                new LinearisableSync(chain),
                new UniqueSequenceNumbers(),
                new WatchBeforeReadOfItsChange(this));
    }

    /// The highest zxid that any client was shown, by whatever answer.
    long shownToClients() {
        return shownToClients;
    }

    /// ConsistentLogPrefixes: what a server appends follows the same transaction everywhere.
    void appending(SimulatedServer server, TxnEntry entry) {
        chain.append(server.view().lastLogged(), entry);
        if (server.view().epochLed() == Zxid.epoch(entry.zxid())) {
            for (Law law : laws) {
                law.proposed(server, entry);
            }
        }
    }

    void stepped(SimulatedServer server) {
        MemberView view = server.view();
        if (view.serving()) {
            long zxid = view.tree().lastZxid();
            Long before = shown.put(server.id, zxid);
            if (before == null || before != zxid) {
                show(server, view, zxid);
            }
            if (before == null) {
                tree.compare(server);
            }
        } else {
            shown.remove(server.id);
        }
        for (Law law : laws) {
            law.stepped(server);
        }
    }

    private void show(SimulatedServer server, MemberView view, long zxid) {
        if (Zxid.counter(zxid) == 0 && view.leadsAnEpoch()) {
            chain.begin(zxid, view.lastLogged());
        }
        for (TxnEntry entry : chain.commit(zxid)) {
            for (Law law : laws) {
                law.committed(entry);
            }
        }
        for (Law law : laws) {
            law.shown(server, zxid);
        }
    }

    void crashed(SimulatedServer server) {
        for (Law law : laws) {
            law.crashed(server);
        }
    }

    void replied(SimulatedClient client, SimulatedClient.Pending request, Reply reply) {
        for (Law law : laws) {
            law.zxidSeen(client, reply.zxid());
            law.replied(client, request, reply);
        }
        shownToClients = Math.max(shownToClients, reply.zxid());
        if (isWrite(client, request)) {
            client.acknowledged++;
        }
    }

    /// The answer tells what became of a write. A server closes a local session by itself.
    boolean isWrite(SimulatedClient client, SimulatedClient.Pending request) {
        boolean here = request.request() instanceof ClientRequest.CloseSession && !model.hadSession(client.session);
        return !here && LinearisableWrites.isWrite(request.request());
    }

    void zxidSeen(SimulatedClient client, long zxid) {
        shownToClients = Math.max(shownToClients, zxid);
        for (Law law : laws) {
            law.zxidSeen(client, zxid);
        }
    }

    void fired(SimulatedClient client, WatchEvent event) {
        for (Law law : laws) {
            law.fired(client, event);
        }
    }

    void sessionOver(SimulatedClient client) {
        if (model.hasSession(client.session)) {
            throw new Violation(
                    "EphemeralsLiveAsTheirSession",
                    "client " + client.id + " is told that session 0x" + Long.toHexString(client.session)
                            + " is over, but it is not");
        }
    }
}
