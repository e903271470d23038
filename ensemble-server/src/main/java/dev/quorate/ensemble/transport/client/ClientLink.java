package dev.quorate.ensemble.transport.client;

import dev.quorate.ensemble.port.ConnectionStatistics;
import dev.quorate.ensemble.transport.LinkChannel;
import dev.quorate.ensemble.transport.Output;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/// One client connection: what arrived and is no whole frame yet, what is to be written, and its counters. Loop thread
/// only; [ClientTransport] does the work.
final class ClientLink {
    final long id;
    final LinkChannel channel;
    final InetAddress address;
    final String remoteHost;
    final String remote;
    final long acceptedNanos;
    final long acceptedMillis;

    @Nullable
    SelectionKey key;

    byte @Nullable [] in;
    int inLength;
    final Output out;

    boolean handshaken;
    boolean readEnabled = true;
    boolean stalled;
    boolean dirty;
    /// Something was written that the socket has not taken yet.
    boolean unflushed;
    boolean closing;
    boolean closed;

    int outstanding;
    /// Arrival times of requests without reply: a ring, since replies come in order.
    private long[] arrivals = new long[16];
    private int arrivalHead;
    private int arrivalCount;

    long received;
    long sent;
    long sessionId;
    int sessionTimeoutMillis;
    int lastOpCode;
    long lastXid = -1;
    long lastZxid = -1;
    long lastReplyNanos;
    long lastLatencyMillis;
    long minLatencyMillis = Long.MAX_VALUE;
    long maxLatencyMillis;
    long latencySumMillis;
    long latencyCount;

    ClientLink(long id, LinkChannel channel, InetSocketAddress remote, long nanos, long millis, Output out) {
        this.id = id;
        this.channel = channel;
        this.address = remote.getAddress();
        this.remoteHost = address.getHostAddress();
        this.remote = remoteHost + ":" + remote.getPort();
        this.out = out;
        this.acceptedNanos = nanos;
        this.acceptedMillis = millis;
    }

    void arrived(long nanos) {
        if (arrivalCount == arrivals.length) {
            long[] wider = new long[arrivals.length * 2];
            for (int i = 0; i < arrivalCount; i++) {
                wider[i] = arrivals[(arrivalHead + i) & (arrivals.length - 1)];
            }
            arrivals = wider;
            arrivalHead = 0;
        }
        arrivals[(arrivalHead + arrivalCount++) & (arrivals.length - 1)] = nanos;
        outstanding++;
    }

    /// Milliseconds since the request arrived that is answered now; 0 where none is known.
    long answered(long nanos) {
        if (arrivalCount == 0) {
            return 0;
        }
        outstanding--;
        arrivalCount--;
        long latency = (nanos - arrivals[arrivalHead++ & (arrivals.length - 1)]) / 1_000_000;
        lastReplyNanos = nanos;
        lastLatencyMillis = latency;
        minLatencyMillis = Math.min(minLatencyMillis, latency);
        maxLatencyMillis = Math.max(maxLatencyMillis, latency);
        latencySumMillis += latency;
        latencyCount++;
        return latency;
    }

    void resetStatistics() {
        received = 0;
        sent = 0;
        minLatencyMillis = Long.MAX_VALUE;
        maxLatencyMillis = 0;
        latencySumMillis = 0;
        latencyCount = 0;
    }

    ConnectionStatistics statistics() {
        SelectionKey selection = key;
        return new ConnectionStatistics(
                id,
                remote,
                selection == null || !selection.isValid() ? 0 : selection.interestOps(),
                outstanding,
                received,
                sent,
                handshaken,
                sessionId,
                sessionTimeoutMillis,
                lastOpCode,
                lastXid,
                lastZxid,
                acceptedMillis,
                lastReplyNanos / 1_000_000,
                lastLatencyMillis,
                latencyCount == 0 ? 0 : minLatencyMillis,
                latencyCount == 0 ? 0 : (double) latencySumMillis / latencyCount,
                maxLatencyMillis);
    }
}
