package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.model.Zxid;

/// A write takes effect after everything that was shown to anybody before it was asked for.
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
                || request instanceof ClientRequest.Reconfig
                || request instanceof ClientRequest.CloseSession;
    }

    @Override
    public void replied(SimulatedClient client, SimulatedClient.Pending request, Reply reply) {
        if (laws.isWrite(client, request) && reply.zxid() <= request.shownBefore()) {
            throw new Violation(
                    "LinearisableWrites",
                    request.request() + " became " + Zxid.hex(reply.zxid()) + ", but " + Zxid.hex(request.shownBefore())
                            + " was shown before it was asked for");
        }
    }
}
