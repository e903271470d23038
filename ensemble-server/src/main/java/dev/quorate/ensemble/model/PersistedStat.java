package dev.quorate.ensemble.model;

/// The metadata that is stored: `createCount` is the number of child creates ever (the sequence counter), `owner` the
/// raw owner with the container and TTL markers (storage-formats.md §4.1, see [EphemeralOwner]).
public record PersistedStat(
        long czxid,
        long mzxid,
        long ctime,
        long mtime,
        int version,
        int createCount,
        int aversion,
        long owner,
        long pzxid) {}
