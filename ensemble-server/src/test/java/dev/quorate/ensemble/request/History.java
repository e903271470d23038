package dev.quorate.ensemble.request;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.tree.ApplyResult;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnHeader;
import java.util.ArrayList;
import java.util.List;

/// A leader without a network: requests are prepared one by one, applied later, as with a pipeline.
public final class History {
    public record Entry(TxnHeader header, Txn txn, long digest) {}

    public static final RequestConfig TTL = new RequestConfig(true, false, false, "", true);

    public final DataTree tree = new DataTree(true);
    public final PendingChanges pending = new PendingChanges();
    public final List<Entry> entries = new ArrayList<>();
    private final Preparer preparer = new Preparer(TTL, tree, pending);
    private final RandomRequests requests;
    private int applied;

    public History(RandomRequests requests) {
        this.requests = requests;
    }

    public Entry propose() {
        return propose(requests.next(), requests.session(), requests.identities());
    }

    public Entry propose(ClientRequest request, long session, List<AuthId> ids) {
        long zxid = entries.size() + 1;
        Txn txn = preparer.prepare(request, session, ids, zxid, 1000 + zxid);
        Entry entry = new Entry(
                new TxnHeader(session, entries.size(), zxid, 1000 + zxid, txn.type()), txn, pending.treeDigest(tree));
        entries.add(entry);
        if (request instanceof ClientRequest.CloseSession) {
            requests.closed(session);
        }
        return entry;
    }

    public int outstanding() {
        return entries.size() - applied;
    }

    public ApplyResult applyOne() {
        Entry entry = entries.get(applied++);
        ApplyResult result = tree.apply(entry.header(), entry.txn());
        if (tree.digest() != entry.digest()) {
            throw new AssertionError("the digest foreseen for " + entry + " is not the tree's, " + tree.digest());
        }
        pending.applied(entry.header().zxid());
        return result;
    }

    public void applyAll() {
        while (outstanding() > 0) {
            applyOne();
        }
    }
}
