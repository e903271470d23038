package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.ReplyBody;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.Stat;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.simulation.oracle.TreeModel;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// What anybody is shown is on the disks of a quorum, and is what the committed transactions up to that zxid say.
final class NoUncommittedTxnVisible implements Laws.Law {
    private static final String NAME = "NoUncommittedTxnVisible";

    private final Simulation simulation;
    private final Laws laws;

    NoUncommittedTxnVisible(Simulation simulation, Laws laws) {
        this.simulation = simulation;
        this.laws = laws;
    }

    @Override
    public void committed(TxnEntry entry) {
        if (!simulation.isDurable(entry.zxid())) {
            throw new Violation(NAME, Zxid.hex(entry.zxid()) + " is shown, but is not on the disks of a quorum");
        }
    }

    @Override
    public void replied(SimulatedClient client, SimulatedClient.Pending pending, Reply reply) {
        long zxid = laws.chain.transaction(reply.zxid());
        if (!laws.chain.isCommitted(zxid)) {
            throw new Violation(NAME, "client " + client.id + " is shown " + Zxid.hex(zxid));
        }
        if (laws.isWrite(client, pending)) {
            written(client, pending, reply);
        } else {
            read(pending.request(), reply, zxid);
        }
    }

    private void written(SimulatedClient client, SimulatedClient.Pending pending, Reply reply) {
        TxnEntry entry = laws.chain.committed(reply.zxid());
        if (entry.header().sessionId() != client.session || entry.header().cxid() != pending.xid()) {
            throw new Violation(
                    NAME,
                    "client " + client.id + " is answered " + Zxid.hex(reply.zxid()) + ", which is "
                            + "not its request " + pending);
        }
        int error = entry.txn() instanceof Txn.Error failed ? failed.code() : 0;
        if (error == ErrorCode.SESSION_EXPIRED.code() && !laws.model.hadSession(client.session)) {
            error = ErrorCode.EPHEMERAL_ON_LOCAL_SESSION.code();
        }
        if (error != reply.error() && !(entry.txn() instanceof Txn.Multi)) {
            throw new Violation(NAME, "answer " + reply + " to " + pending + ", but it became " + entry.txn());
        }
    }

    private void read(ClientRequest request, Reply reply, long zxid) {
        switch (request) {
            case ClientRequest.GetData get -> {
                TreeModel.Node node = node(get.path(), reply, zxid);
                if (node != null && reply.body() instanceof ReplyBody.Data data) {
                    same(get.path(), node, data.stat(), zxid);
                    if (!Arrays.equals(node.data(), data.data())) {
                        throw new Violation(NAME, get.path() + " has other data at " + Zxid.hex(zxid));
                    }
                }
            }
            case ClientRequest.Exists exists -> {
                TreeModel.Node node = node(exists.path(), reply, zxid);
                if (node != null && reply.body() instanceof ReplyBody.StatOnly stat) {
                    same(exists.path(), node, stat.stat(), zxid);
                }
            }
            case ClientRequest.GetChildren children -> {
                TreeModel.Node node = node(children.path(), reply, zxid);
                if (node != null && reply.body() instanceof ReplyBody.Children found) {
                    List<String> names = new ArrayList<>(found.names());
                    Collections.sort(names);
                    if (!names.equals(laws.model.children(children.path(), zxid))) {
                        throw new Violation(NAME, children.path() + " has other children at " + Zxid.hex(zxid));
                    }
                }
            }
            default -> {}
        }
    }

    private TreeModel.Node node(String path, Reply reply, long zxid) {
        TreeModel.Node node = laws.model.at(path, zxid);
        if (reply.error() != (node == null ? ErrorCode.NO_NODE.code() : 0)) {
            throw new Violation(NAME, path + " at " + Zxid.hex(zxid) + " is " + node + ", the answer is " + reply);
        }
        return node;
    }

    private static void same(String path, TreeModel.Node node, Stat stat, long zxid) {
        if (!node.stat().equals(stat)) {
            throw new Violation(NAME, path + " at " + Zxid.hex(zxid) + " is " + node + ", shown as " + stat);
        }
    }
}
