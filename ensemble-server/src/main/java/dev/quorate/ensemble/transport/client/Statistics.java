package dev.quorate.ensemble.transport.client;

import dev.quorate.ensemble.port.ByteSizes;
import dev.quorate.ensemble.port.ClientTraffic;

/// Counters of the client port since the start or the last reset. Loop thread only; others get a [#copy].
public final class Statistics {
    long received;
    long sent;
    long bytesReceived;
    long bytesSent;
    long rejected;
    int alive;
    int outstanding;
    private int lastResponse = -1;
    private int minResponse = Integer.MAX_VALUE;
    private int maxResponse = -1;
    private long minLatency = Long.MAX_VALUE;
    private long maxLatency;
    private long latencySum;
    private long latencyCount;

    void latency(long millis) {
        minLatency = Math.min(minLatency, millis);
        maxLatency = Math.max(maxLatency, millis);
        latencySum += millis;
        latencyCount++;
    }

    void response(int bytes) {
        lastResponse = bytes;
        minResponse = Math.min(minResponse, bytes);
        maxResponse = Math.max(maxResponse, bytes);
    }

    public ClientTraffic copy() {
        return new ClientTraffic(
                received,
                sent,
                bytesReceived,
                bytesSent,
                rejected,
                alive,
                outstanding,
                latencyCount == 0 ? 0 : minLatency,
                latencyCount == 0 ? 0 : (double) latencySum / latencyCount,
                maxLatency,
                lastResponse < 0 ? ByteSizes.NONE : new ByteSizes(lastResponse, minResponse, maxResponse));
    }

    public void reset() {
        received = 0;
        sent = 0;
        minLatency = Long.MAX_VALUE;
        maxLatency = 0;
        latencySum = 0;
        latencyCount = 0;
        lastResponse = -1;
        minResponse = Integer.MAX_VALUE;
        maxResponse = -1;
    }
}
