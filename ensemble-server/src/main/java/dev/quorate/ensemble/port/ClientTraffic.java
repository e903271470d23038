package dev.quorate.ensemble.port;

/// Counters of the client port since the start or the last reset; latencies in milliseconds, `responses` without the
/// length in front.
public record ClientTraffic(
        long received,
        long sent,
        long bytesReceived,
        long bytesSent,
        long rejected,
        int alive,
        int outstanding,
        long minLatency,
        double averageLatency,
        long maxLatency,
        ByteSizes responses) {}
