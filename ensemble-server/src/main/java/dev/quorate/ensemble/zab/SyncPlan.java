package dev.quorate.ensemble.zab;

import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.ArrayList;
import java.util.List;

/// How a learner that stands at some zxid is brought to where the leader stands (peer-protocol.md §4.2).
public sealed interface SyncPlan {
    /// Its history is a prefix of ours: send the rest.
    record Diff(long zxid, List<TxnEntry> missing) implements SyncPlan {}

    /// It has transactions that we do not have: cut them, then send the rest.
    record Truncate(long zxid, List<TxnEntry> missing) implements SyncPlan {}

    /// Send everything.
    record Snapshot() implements SyncPlan {}

    /// `committed` are our latest transactions, `lastZxid` is where our tree stands.
    static SyncPlan choose(long peer, CommittedLog committed, long lastZxid) {
        if (peer == lastZxid) {
            return new Diff(peer, List.of());
        }
        long min = committed.isEmpty() ? lastZxid : committed.first();
        long max = committed.isEmpty() ? lastZxid : committed.last();
        if (peer > max && Zxid.counter(peer) != 0) {
            // An uncommitted tail. Whoever cuts its log checks that it has `max` itself.
            return new Truncate(max, List.of());
        }
        if (peer >= min && peer <= max) {
            return walk(peer, committed.all(), max);
        }
        return new Snapshot();
    }

    private static SyncPlan walk(long peer, List<TxnEntry> history, long max) {
        long previous = -1;
        List<TxnEntry> missing = new ArrayList<>();
        for (TxnEntry entry : history) {
            if (entry.zxid() <= peer) {
                previous = entry.zxid();
            } else {
                missing.add(entry);
            }
        }
        if (previous == peer || Zxid.counter(peer) == 0) {
            // The marker of an epoch without transactions is as good as the last transaction before it.
            return new Diff(max, missing);
        }
        if (missing.isEmpty() || Zxid.epoch(missing.getFirst().zxid()) != Zxid.epoch(peer) || previous < 0) {
            return new Snapshot();
        }
        return new Truncate(previous, missing);
    }
}
