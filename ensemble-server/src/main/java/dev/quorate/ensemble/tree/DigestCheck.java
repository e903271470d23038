package dev.quorate.ensemble.tree;

import dev.quorate.ensemble.txn.TxnDigest;
import dev.quorate.ensemble.txn.TxnEntry;

/// Compares the digest of a tree with what transactions and snapshots say it should be, as soon as that can be said
/// (storage-formats.md §4.4, §7). Owned by its tree.
final class DigestCheck {
    private static final long UNKNOWN = Long.MAX_VALUE;

    /// After this zxid the tree is its history and nothing else; before, later writes that got into a snapshot may be
    /// in it. A snapshot from a leader does not say when: then it is where a digest first matches.
    private long exactAfter;
    /// What a snapshot says of the tree at [#exactAfter]; 0 for nothing.
    private long due;
    /// It was not so. ZooKeeper may write half of the next transaction into a snapshot, and then that one's digest is
    /// right.
    private boolean suspect;
    private long mismatches;

    /// The end of a snapshot: `zxid` is 0 where it does not say up to where writes got into it.
    void snapshot(long zxid, long treeDigest) {
        exactAfter = zxid == 0 ? UNKNOWN : zxid;
        due = zxid == 0 ? 0 : treeDigest;
    }

    /// The tree stands at `zxid`.
    void reached(long zxid, long digest) {
        if (due != 0 && zxid >= exactAfter) {
            suspect = zxid == exactAfter && due != digest;
            due = 0;
        }
    }

    /// The transaction was applied, and gave this digest.
    void applied(TxnEntry entry, long digest) {
        TxnDigest expected = entry.digest();
        if (expected == null || expected.version() != TxnDigest.VERSION) {
            return;
        }
        boolean same = expected.treeDigest() == digest;
        if (exactAfter == UNKNOWN) {
            exactAfter = same ? entry.zxid() : UNKNOWN;
        } else if (entry.zxid() > exactAfter) {
            suspect = false;
            mismatches += same ? 0 : 1;
        }
    }

    /// A tree that stands at `zxid` is its history up to there and nothing else, as far as is known.
    boolean exactAt(long zxid) {
        return exactAfter <= zxid;
    }

    long mismatches() {
        return mismatches + (suspect ? 1 : 0);
    }
}
