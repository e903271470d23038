package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.model.Zxid;

/// A write takes effect after everything that was acknowledged to anybody before it was asked for.
final class LinearisableWrites implements Laws.Law {
    private final Laws laws;

    LinearisableWrites(Laws laws) {
        this.laws = laws;
    }

    static boolean isWrite(ClientRequest request) {
        return request instanceof ClientRequest.Create
                || request instanceof ClientRequest.Delete
                || request instanceof ClientRequest.SetData
                || request instanceof ClientRequest.Multi
                || request instanceof ClientRequest.CloseSession;
    }

    @Override
    public void replied(SimulatedClient client, SimulatedClient.Pending request, Reply reply) {
        if (laws.isWrite(client, request) && reply.zxid() <= request.acknowledgedBefore()) {
            throw new Violation(
                    "LinearisableWrites",
                    request.request() + " became " + Zxid.hex(reply.zxid()) + ", but "
                            + Zxid.hex(request.acknowledgedBefore()) + " was acknowledged before it was asked for");
        }
    }
}
