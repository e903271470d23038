package dev.quorate.ensemble.txn;

import org.jspecify.annotations.Nullable;

/// A transaction with the exact bytes that travel in a PROPOSAL and stand in the log (header, body and optional
/// digest). The bytes are never re-encoded, so that every server logs what the leader proposed. Nobody changes
/// `bytes`.
public record TxnEntry(TxnHeader header, Txn txn, @Nullable TxnDigest digest, byte[] bytes) {
    public long zxid() {
        return header.zxid();
    }
}
