package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.ReplyBody;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.HashSet;
import java.util.Set;

/// A sequence number is given once below a parent that stays, whoever leads.
final class UniqueSequenceNumbers implements Laws.Law {
    private final Set<String> numbers = new HashSet<>();
    private final Set<String> given = new HashSet<>();

    @Override
    public void committed(TxnEntry entry) {
        created(entry.txn());
        if (entry.txn() instanceof Txn.Multi multi && multi.ops().stream().noneMatch(op -> op instanceof Txn.Error)) {
            multi.ops().forEach(this::created);
        }
    }

    private void created(Txn txn) {
        if (txn instanceof Txn.Create create && create.path().startsWith(Workload.QUEUE + "/")) {
            String number = create.path().substring(create.path().indexOf('-'));
            if (!numbers.add(number)) {
                throw new Violation("UniqueSequenceNumbers", create.path() + " has a number that was given before");
            }
        }
    }

    @Override
    public void replied(SimulatedClient client, SimulatedClient.Pending request, Reply reply) {
        if (reply.body() instanceof ReplyBody.PathOnly(String path)
                && path != null
                && path.startsWith(Workload.QUEUE + "/")
                && LinearisableWrites.isWrite(request.request())
                && !given.add(path)) {
            throw new Violation("UniqueSequenceNumbers", path + " was given to two clients");
        }
    }
}
