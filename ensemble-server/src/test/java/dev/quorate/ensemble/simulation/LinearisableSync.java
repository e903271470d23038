package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.model.Zxid;

/// After a sync a client sees everything that was acknowledged to anybody before it asked for the sync.
final class LinearisableSync implements Laws.Law {
    @Override
    public void replied(SimulatedClient client, SimulatedClient.Pending request, Reply reply) {
        if (request.request() instanceof ClientRequest.Sync && reply.zxid() < request.acknowledgedBefore()) {
            throw new Violation(
                    "LinearisableSync",
                    "client " + client.id + " has synced to " + Zxid.hex(reply.zxid()) + ", but "
                            + Zxid.hex(request.acknowledgedBefore()) + " was acknowledged before it asked");
        }
    }
}
