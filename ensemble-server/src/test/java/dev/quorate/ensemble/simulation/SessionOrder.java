package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.model.Zxid;

/// A client never goes back in time, not when it changes servers either; hence it sees its own writes.
final class SessionOrder implements Laws.Law {
    private final Chain chain;

    SessionOrder(Chain chain) {
        this.chain = chain;
    }

    @Override
    public void zxidSeen(SimulatedClient client, long zxid) {
        if (zxid > 0 && zxid < client.lastZxid && chain.transaction(zxid) < chain.transaction(client.lastZxid)) {
            throw new Violation(
                    "SessionOrder",
                    "client " + client.id + " had seen " + Zxid.hex(client.lastZxid) + " and is shown "
                            + Zxid.hex(zxid));
        }
    }

    @Override
    public void replied(SimulatedClient client, SimulatedClient.Pending request, Reply reply) {
        // A local session needs no transaction, so the first of all answers may be from before any.
        if (reply.zxid() < 0 || (reply.zxid() == 0 && chain.transaction(client.lastZxid) > 0)) {
            throw new Violation("SessionOrder", "answer without a zxid: " + reply);
        }
    }
}
