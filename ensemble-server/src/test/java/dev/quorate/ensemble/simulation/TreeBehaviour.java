package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.ReplyBody;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.simulation.oracle.NotAllowed;
import dev.quorate.ensemble.simulation.oracle.TreeModel;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.Znode;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Each request became what [TreeModel] makes of it at its place in the order of zxids, its client was told so, and so
/// are the trees.
final class TreeBehaviour implements Laws.Law {
    private static final String NAME = "TreeBehaviour";

    private record Asked(long session, int cxid) {}

    final TreeModel model = new TreeModel();
    private final Map<Asked, ClientRequest> asked = new HashMap<>();
    private final Map<Long, TreeModel.Outcome> outcomes = new HashMap<>();

    /// A client sends a request in its session.
    void asked(long session, int cxid, ClientRequest request) {
        asked.put(new Asked(session, cxid), request);
    }

    /// What a transaction goes back to; null where no client has asked.
    @Nullable
    ClientRequest request(TxnEntry entry) {
        return asked.get(new Asked(entry.header().sessionId(), entry.header().cxid()));
    }

    @Override
    public void committed(TxnEntry entry) {
        model.begin(entry.zxid(), entry.header().timeMillis(), entry.header().sessionId());
        try {
            carryOut(entry);
        } catch (NotAllowed e) {
            throw new Violation(NAME, e.getMessage());
        }
    }

    private void carryOut(TxnEntry entry) {
        long session = entry.header().sessionId();
        switch (entry.txn()) {
            case Txn.CreateSession _ -> model.createSession();
            case Txn.CloseSession(List<String> paths) -> {
                if (paths != null && !model.ephemerals(session).equals(new TreeSet<>(paths))) {
                    throw new Violation(
                            "EphemeralsLiveAsTheirSession",
                            paths + " go with session 0x" + Long.toHexString(session) + " at " + Zxid.hex(entry.zxid())
                                    + ", its own are " + model.ephemerals(session));
                }
                model.closeSession();
            }
            case Txn.Error(int code) when code == ErrorCode.SESSION_MOVED.code() -> {}
            // Whether members may change is another law's business; the tree's own is what clients see of it.
            case Txn.Reconfig _ -> {}
            case Txn.Error _ when session == 0 || request(entry) instanceof ClientRequest.Reconfig -> {}
            case Txn.Error(int code)
            when code == ErrorCode.SESSION_EXPIRED.code() || code == ErrorCode.EPHEMERAL_ON_LOCAL_SESSION.code() -> {
                if (model.hasSession(session)) {
                    throw new Violation(NAME, "a request of a living session is refused at " + Zxid.hex(entry.zxid()));
                }
            }
            default -> decided(entry);
        }
    }

    private void decided(TxnEntry entry) {
        ClientRequest request = request(entry);
        if (request == null) {
            throw new Violation(NAME, "nobody has asked for " + entry.txn() + " at " + Zxid.hex(entry.zxid()));
        }
        TreeModel.Outcome outcome = model.execute(request);
        outcomes.put(entry.zxid(), outcome);
        if (!became(request, outcome, entry.txn(), entry.zxid())) {
            throw new Violation(
                    NAME,
                    request + " became " + entry.txn() + " at " + Zxid.hex(entry.zxid()) + ", due was " + outcome);
        }
    }

    private boolean became(ClientRequest request, TreeModel.Outcome outcome, Txn txn, long zxid) {
        if (request instanceof ClientRequest.Multi(List<ClientRequest> members)) {
            if (!(txn instanceof Txn.Multi(List<Txn> ops)) || ops.size() != members.size()) {
                return false;
            }
            if (outcome.error() != 0) {
                return ops.get(outcome.place()).equals(new Txn.Error(outcome.error()));
            }
            var created = outcome.created().iterator();
            for (int i = 0; i < ops.size(); i++) {
                String path = members.get(i) instanceof ClientRequest.Create ? created.next() : null;
                if (!isDone(members.get(i), path, ops.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (outcome.error() != 0) {
            return txn.equals(new Txn.Error(outcome.error()));
        }
        String path = outcome.created().isEmpty() ? null : outcome.created().getFirst();
        return isDone(request, path, txn)
                && (!(txn instanceof Txn.SetData set) || at(set.path(), zxid).version() == set.version());
    }

    private static boolean isDone(ClientRequest request, @Nullable String created, Txn txn) {
        return switch (request) {
            case ClientRequest.Create create ->
                txn instanceof Txn.Create made
                        && made.path().equals(created)
                        && made.ephemeral() == ((create.flags() & 1) != 0)
                        && Arrays.equals(made.data(), create.data());
            case ClientRequest.Delete delete -> txn instanceof Txn.Delete(String path) && path.equals(delete.path());
            case ClientRequest.SetData set ->
                txn instanceof Txn.SetData done
                        && done.path().equals(set.path())
                        && Arrays.equals(done.data(), set.data());
            default -> txn instanceof Txn.CheckVersion;
        };
    }

    private TreeModel.Node at(String path, long zxid) {
        TreeModel.Node node = model.at(path, zxid);
        if (node == null) {
            throw new Violation(NAME, path + " is not there at " + Zxid.hex(zxid));
        }
        return node;
    }

    /// What the client of a write is told beside the error.
    @Override
    public void replied(SimulatedClient client, SimulatedClient.Pending request, Reply reply) {
        TreeModel.Outcome outcome = outcomes.get(reply.zxid());
        if (outcome == null || !LinearisableWrites.isWrite(request.request())) {
            return;
        }
        boolean right =
                switch (reply.body()) {
                    case ReplyBody.PathOnly(String path) -> outcome.created().equals(List.of(String.valueOf(path)));
                    case ReplyBody.PathAndStat(String path, var stat) ->
                        outcome.created().equals(List.of(path))
                                && at(path, reply.zxid()).stat().equals(stat);
                    case ReplyBody.StatOnly(var stat) ->
                        request.request() instanceof ClientRequest.SetData set
                                && at(String.valueOf(set.path()), reply.zxid())
                                        .stat()
                                        .equals(stat);
                    case ReplyBody.Multi(List<ReplyBody.Result> results) ->
                        outcome.error() == 0
                                || results.get(outcome.place()).body().equals(new ReplyBody.ErrorOnly(outcome.error()));
                    default -> true;
                };
        if (!right) {
            throw new Violation(
                    NAME, "client " + client.id + " is told " + reply + " of " + request + ", due was " + outcome);
        }
    }

    /// The whole tree of a server is the model's.
    void compare(SimulatedServer server) {
        DataTree tree = server.view().tree();
        long zxid = tree.lastZxid();
        for (String path : model.everyPath()) {
            TreeModel.Node due = model.at(path, zxid);
            Znode found = tree.get(path);
            boolean same = due == null
                    ? found == null
                    : found != null
                            && found.stat(true).equals(due.stat())
                            && found.createCount() == due.creates()
                            && Arrays.equals(found.data(), due.data());
            if (!same) {
                throw new Violation(
                        NAME,
                        "server " + server.id + " at " + Zxid.hex(zxid) + " has " + path + " as "
                                + (found == null ? "nothing" : found.stat(true)) + ", due is " + due);
            }
        }
    }
}
