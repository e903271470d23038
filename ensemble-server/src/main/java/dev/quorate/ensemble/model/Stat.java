package dev.quorate.ensemble.model;

/// What a client sees of a znode's metadata: `cversion` already as `2 * creates - numChildren`, the owner of
/// container and TTL znodes hidden as 0 (client-protocol.md §9). Times are epoch milliseconds of the leader's clock.
public record Stat(
        long czxid,
        long mzxid,
        long ctime,
        long mtime,
        int version,
        int cversion,
        int aversion,
        long ephemeralOwner,
        int dataLength,
        int numChildren,
        long pzxid) {}
