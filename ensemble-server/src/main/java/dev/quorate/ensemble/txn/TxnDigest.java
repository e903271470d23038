package dev.quorate.ensemble.txn;

/// Digest of the whole tree after the txn (storage-formats.md §7), version 2 today.
public record TxnDigest(int version, long treeDigest) {
    public static final int VERSION = 2;
}
