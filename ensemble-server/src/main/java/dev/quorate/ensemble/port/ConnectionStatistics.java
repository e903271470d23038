package dev.quorate.ensemble.port;

/// What `cons` and the like say of one client connection. Times in milliseconds; `established` is wall clock,
/// `lastReply` counts from the start of the machine's monotonic clock, 0 when there was none.
public record ConnectionStatistics(
        long connection,
        String remote,
        int interestOps,
        int outstanding,
        long received,
        long sent,
        boolean handshaken,
        long sessionId,
        int sessionTimeout,
        int lastOpCode,
        long lastXid,
        long lastZxid,
        long established,
        long lastReply,
        long lastLatency,
        long minLatency,
        double averageLatency,
        long maxLatency) {}
