package dev.quorate.ensemble.txn;

/// `sessionId` is the session that asked (owner of ephemerals it creates; 0 for the server's own), `timeMillis` the
/// leader's wall clock, `type` the number of storage-formats.md §3.
public record TxnHeader(long sessionId, int cxid, long zxid, long timeMillis, int type) {}
