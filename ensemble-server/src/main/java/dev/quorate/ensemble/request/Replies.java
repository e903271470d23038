package dev.quorate.ensemble.request;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.message.ReplyBody;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.Stat;
import dev.quorate.ensemble.tree.ApplyResult;
import dev.quorate.ensemble.txn.Txn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of a reply to a write that was applied (client-protocol.md §4, §6).
public final class Replies {
    private Replies() {}

    /// `txn` tells what the request became; the result is of applying it.
    public static ReplyBody body(ClientRequest request, Txn txn, ApplyResult result) {
        if (result.error() != 0) {
            return ReplyBody.EMPTY;
        }
        return switch (request) {
            case ClientRequest.Create create -> created(create.opCode() == OpCode.CREATE, result);
            case ClientRequest.SetData _, ClientRequest.SetAcl _ -> new ReplyBody.StatOnly(stat(result.stat()));
            case ClientRequest.Multi multi -> multi(multi, txn, result.multi());
            case ClientRequest.Reconfig _
            when txn instanceof Txn.Reconfig reconfig -> new ReplyBody.Data(reconfig.data(), stat(result.stat()));
            default -> ReplyBody.EMPTY;
        };
    }

    private static ReplyBody created(boolean pathOnly, ApplyResult result) {
        String path = result.path();
        if (path == null) {
            throw new IllegalStateException("a create that took effect has a path");
        }
        return pathOnly ? new ReplyBody.PathOnly(path) : new ReplyBody.PathAndStat(path, stat(result.stat()));
    }

    private static Stat stat(@Nullable Stat stat) {
        if (stat == null) {
            throw new IllegalStateException("a write that took effect has a stat");
        }
        return stat;
    }

    private static ReplyBody multi(ClientRequest.Multi multi, Txn txn, List<ApplyResult> results) {
        List<ReplyBody.Result> bodies = new ArrayList<>(results.size());
        boolean failed = txn instanceof Txn.Multi(List<Txn> ops) && hasFailed(ops);
        for (int i = 0; i < results.size(); i++) {
            ApplyResult result = results.get(i);
            if (failed || result.error() != ErrorCode.OK.code()) {
                bodies.add(new ReplyBody.Result(OpCode.ERROR, new ReplyBody.ErrorOnly(result.error())));
            } else {
                bodies.add(memberResult(multi.ops().get(i), result));
            }
        }
        return new ReplyBody.Multi(bodies);
    }

    private static boolean hasFailed(List<Txn> ops) {
        for (Txn op : ops) {
            if (op instanceof Txn.Error) {
                return true;
            }
        }
        return false;
    }

    private static ReplyBody.Result memberResult(ClientRequest op, ApplyResult result) {
        return switch (op) {
            case ClientRequest.Create create -> {
                // A container answers as create2, whichever request made it.
                boolean plain = create.opCode() == OpCode.CREATE && create.flags() != 4;
                yield new ReplyBody.Result(plain ? OpCode.CREATE : OpCode.CREATE2, created(plain, result));
            }
            case ClientRequest.SetData _ ->
                new ReplyBody.Result(OpCode.SET_DATA, new ReplyBody.StatOnly(stat(result.stat())));
            case ClientRequest.Delete _ -> new ReplyBody.Result(OpCode.DELETE, ReplyBody.EMPTY);
            case ClientRequest.Check _ -> new ReplyBody.Result(OpCode.CHECK, ReplyBody.EMPTY);
            default -> throw new IllegalStateException("no member of a multi: " + op);
        };
    }
}
