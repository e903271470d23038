package dev.quorate.ensemble.message;

/// One reply frame: header and, where `error` is 0 (and in the cases of client-protocol.md §3), a body.
public record Reply(int xid, long zxid, int error, ReplyBody body) {}
