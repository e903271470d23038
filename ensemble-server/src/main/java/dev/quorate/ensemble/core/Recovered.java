package dev.quorate.ensemble.core;

import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.List;

/// What the disk held: the tree with the whole log replayed, the latest entries of that log, and the epochs.
/// `lastZxid` is -1 for an empty disk that may not vote (peer-protocol.md §4.1): its server joins and learns first.
/// `snapshotWanted`: the log is worth a new snapshot.
public record Recovered(
        DataTree tree,
        List<TxnEntry> recent,
        long lastZxid,
        long acceptedEpoch,
        long currentEpoch,
        boolean snapshotWanted) {}
