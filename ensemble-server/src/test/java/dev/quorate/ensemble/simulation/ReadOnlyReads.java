package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.Zxid;

/// A server without a leader changes nothing, and shows a client nothing older than what that client has seen. (What it
/// shows may never have been committed: nobody can tell it.)
final class ReadOnlyReads {
    private ReadOnlyReads() {}

    static void seen(SimulatedClient client, long zxid) {
        if (zxid < client.lastZxid) {
            throw new Violation(
                    "ReadOnlyReads",
                    "client " + client.id + " had seen " + Zxid.hex(client.lastZxid) + " and is shown " + Zxid.hex(zxid)
                            + " by a server without a leader");
        }
    }

    static void replied(SimulatedClient client, SimulatedClient.Pending pending, Reply reply) {
        seen(client, reply.zxid());
        boolean refused = reply.error() == ErrorCode.NOT_READ_ONLY.code();
        boolean needsLeader = pending.request() instanceof ClientRequest.Sync
                || (LinearisableWrites.isWrite(pending.request())
                        && !(pending.request() instanceof ClientRequest.CloseSession));
        if (refused != needsLeader) {
            throw new Violation("ReadOnlyReads", reply + " to " + pending + " by a server without a leader");
        }
    }
}
