package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.model.Zxid;

/// After a sync a client sees everything that was shown to anybody before it asked for the sync. (The beginning of an
/// epoch is the leader's alone to show, and is no change.)
final class LinearisableSync implements Laws.Law {
    private final Chain chain;

    LinearisableSync(Chain chain) {
        this.chain = chain;
    }

    @Override
    public void replied(SimulatedClient client, SimulatedClient.Pending request, Reply reply) {
        if (request.request() instanceof ClientRequest.Sync
                && chain.transaction(reply.zxid()) < chain.transaction(request.shownBefore())) {
            throw new Violation(
                    "LinearisableSync",
                    "client " + client.id + " has synced to " + Zxid.hex(reply.zxid()) + ", but "
                            + Zxid.hex(request.shownBefore()) + " was shown before it asked");
        }
    }
}
