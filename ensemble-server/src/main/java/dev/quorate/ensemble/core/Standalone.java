package dev.quorate.ensemble.core;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.request.Reconfiguration;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.List;

/// A server without peers: what it has on disk is committed. Its zxids go on without epochs.
final class Standalone implements Role, Proposals.Audience {
    private final MemberState state;
    private final Proposals proposals;

    Standalone(MemberState state) {
        this.state = state;
        proposals = new Proposals(state, this, Math.max(0, state.lastLogged));
    }

    @Override
    public String name() {
        return "standalone";
    }

    @Override
    public String phase() {
        return "";
    }

    @Override
    public long leader() {
        return -1;
    }

    @Override
    public boolean serving() {
        return true;
    }

    @Override
    public void tick() {
        proposals.tick();
    }

    @Override
    public boolean isQuiet() {
        return proposals.isQuiet();
    }

    @Override
    public void synced(long zxid) {
        proposals.commitTo(zxid);
    }

    @Override
    public void submit(long session, int xid, int opCode, ClientRequest request, byte[] body, List<AuthId> ids) {
        proposals.submit(Proposals.LOCAL, session, xid, opCode, request, ids);
    }

    @Override
    public void sync(long session, int xid, byte[] body) {
        proposals.sync(Proposals.LOCAL, session, xid);
    }

    @Override
    public void revalidate(long session, int timeoutMillis) {
        proposals.revalidate(Proposals.LOCAL, session, timeoutMillis);
    }

    @Override
    public void touch(long session, int timeoutMillis) {
        proposals.touch(session, timeoutMillis);
    }

    @Override
    public void proposed(TxnEntry entry) {}

    @Override
    public void committed(TxnEntry entry) {}

    @Override
    public boolean mayCommit() {
        return true;
    }

    @Override
    public Reconfiguration reconfigure(ClientRequest.Reconfig request, long zxid) {
        return new Reconfiguration.Refused(
                ErrorCode.UNIMPLEMENTED, "this server is alone; standaloneEnabled=false has an ensemble of one");
    }

    @Override
    public void synced(long link, long session, int xid) {
        state.clients.synced(session, xid);
    }

    @Override
    public void revalidated(long link, long session, boolean valid) {
        state.clients.revalidated(session, valid);
    }

    /// Nobody else could lead.
    @Override
    public long roundForQuestion() {
        return 0;
    }
}
