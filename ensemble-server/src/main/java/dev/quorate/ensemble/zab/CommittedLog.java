package dev.quorate.ensemble.zab;

import dev.quorate.ensemble.txn.TxnEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The latest committed transactions, in order and without a gap, for learners that missed only those.
public final class CommittedLog {
    private final int entriesMax;
    private final Deque<TxnEntry> entries = new ArrayDeque<>();

    public CommittedLog(int entriesMax) {
        this.entriesMax = entriesMax;
    }

    public void add(TxnEntry entry) {
        if (!entries.isEmpty() && entry.zxid() <= entries.getLast().zxid()) {
            return;
        }
        if (entries.size() == entriesMax) {
            entries.removeFirst();
        }
        entries.addLast(entry);
    }

    public void clear() {
        entries.clear();
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    public long first() {
        return entries.getFirst().zxid();
    }

    public long last() {
        return entries.getLast().zxid();
    }

    /// Entries after a zxid.
    public List<TxnEntry> after(long zxid) {
        List<TxnEntry> tail = new ArrayList<>();
        for (TxnEntry entry : entries) {
            if (entry.zxid() > zxid) {
                tail.add(entry);
            }
        }
        return tail;
    }

    public List<TxnEntry> all() {
        return new ArrayList<>(entries);
    }
}
