package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Every transaction that was ever logged, with the one before it, and those of them that are committed, in order. A
/// zxid with counter 0 marks the beginning of an epoch and stands for the history that its leader began with.
final class Chain {
    private record Logged(TxnEntry entry, long previous) {}

    private final Map<Long, Logged> logged = new HashMap<>();
    private final Map<Long, Long> epochs = new HashMap<>();
    private final Map<Long, Long> lastOfEpoch = new HashMap<>();
    private final List<TxnEntry> committed = new ArrayList<>();
    private final Map<Long, Integer> places = new HashMap<>();
    private long lastCommitted;

    /// The transaction that a position stands for; 0 for the beginning.
    long transaction(long zxid) {
        long at = zxid;
        while (Zxid.counter(at) == 0 && at > 0) {
            Long before = epochs.get(at);
            if (before == null) {
                throw new Violation("SingleLeaderPerEpoch", "nobody has begun the epoch of " + Zxid.hex(at));
            }
            at = before;
        }
        return Math.max(at, 0);
    }

    /// A leader begins its epoch with the history that its log held before: it may have proposed in the same step.
    void begin(long epochZxid, long lastLogged) {
        long history = transaction(before(epochZxid, lastLogged));
        Long before = epochs.putIfAbsent(epochZxid, history);
        if (before != null && before != history) {
            throw new Violation(
                    "SingleLeaderPerEpoch",
                    Zxid.hex(epochZxid) + " began after " + Zxid.hex(before) + " and after " + Zxid.hex(history));
        }
    }

    /// Where a history that ends at `lastLogged` stood before the epoch.
    long before(long epochZxid, long lastLogged) {
        long logEnd = lastLogged;
        while (logEnd > epochZxid) {
            Logged own = logged.get(logEnd);
            if (own == null) {
                throw new Violation("NoUncommittedTxnVisible", Zxid.hex(logEnd) + " was never logged");
            }
            logEnd = own.previous;
        }
        return logEnd;
    }

    void append(long after, TxnEntry entry) {
        long previous = transaction(after);
        Logged before = logged.putIfAbsent(entry.zxid(), new Logged(entry, previous));
        lastOfEpoch.merge(Zxid.epoch(entry.zxid()), entry.zxid(), Math::max);
        if (before == null) {
            if (entry.zxid() <= previous) {
                throw new Violation("ConsistentLogPrefixes", Zxid.hex(entry.zxid()) + " follows " + Zxid.hex(previous));
            }
        } else if (before.entry != entry || before.previous != previous) {
            throw new Violation(
                    "ConsistentLogPrefixes",
                    Zxid.hex(entry.zxid()) + " follows " + Zxid.hex(previous) + " here and " + Zxid.hex(before.previous)
                            + " there" + (before.entry == entry ? "" : ", and it is another transaction"));
        }
    }

    /// What was logged after `zxid` is gone and nobody else had it: a server alone gives the same zxids again.
    void forgetAfter(long zxid) {
        logged.keySet().removeIf(one -> one > zxid);
    }

    /// Whether a transaction is the one that a leader proposes by itself when a configuration is in force.
    boolean isMark(long zxid) {
        Logged one = logged.get(zxid);
        return one != null
                && one.entry.txn() instanceof Txn.Error
                && one.entry.header().sessionId() == 0;
    }

    boolean wasLogged(long zxid) {
        return logged.containsKey(zxid);
    }

    /// The last transaction that the leader of an epoch has proposed so far.
    long lastLoggedIn(long epoch) {
        return lastOfEpoch.getOrDefault(epoch, 0L);
    }

    int committedCount() {
        return committed.size();
    }

    long lastCommitted() {
        return lastCommitted;
    }

    boolean isCommitted(long zxid) {
        return zxid == 0 || places.containsKey(zxid);
    }

    /// The transaction at a committed zxid.
    TxnEntry committed(long zxid) {
        Integer place = places.get(zxid);
        if (place == null) {
            throw new Violation("NoUncommittedTxnVisible", Zxid.hex(zxid) + " is not committed");
        }
        return committed.get(place);
    }

    /// Somebody shows history up to a position: returns what was not known to be committed before, in order.
    List<TxnEntry> commit(long position) {
        long zxid = transaction(position);
        if (isCommitted(zxid)) {
            return List.of();
        }
        List<TxnEntry> fresh = new ArrayList<>();
        long at = zxid;
        while (at != lastCommitted) {
            if (isCommitted(at)) {
                throw new Violation(
                        "NoCommittedTxnLost",
                        Zxid.hex(zxid) + " is committed on top of " + Zxid.hex(at) + ", but " + Zxid.hex(lastCommitted)
                                + " was committed");
            }
            Logged one = logged.get(at);
            if (one == null) {
                throw new Violation("NoUncommittedTxnVisible", Zxid.hex(at) + " was never logged");
            }
            fresh.add(one.entry);
            at = one.previous;
        }
        for (TxnEntry entry : fresh.reversed()) {
            places.put(entry.zxid(), committed.size());
            committed.add(entry);
        }
        lastCommitted = zxid;
        return fresh.reversed();
    }

    /// All transactions up to a position, the first one first.
    List<Long> historyTo(long position) {
        List<Long> history = new ArrayList<>();
        long at = transaction(position);
        while (at > 0) {
            history.add(at);
            Logged one = logged.get(at);
            if (one == null) {
                throw new Violation("NoUncommittedTxnVisible", Zxid.hex(at) + " was never logged");
            }
            at = one.previous;
        }
        return new ArrayList<>(history.reversed());
    }

    /// Whether the history that ends at `position` holds `zxid`.
    boolean isAtOrBefore(long zxid, long position) {
        long at = transaction(position);
        while (at > zxid) {
            Logged one = logged.get(at);
            if (one == null) {
                return false;
            }
            at = one.previous;
        }
        return at == zxid;
    }
}
