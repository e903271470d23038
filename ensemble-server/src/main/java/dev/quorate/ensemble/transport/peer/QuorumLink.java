package dev.quorate.ensemble.transport.peer;

import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.transport.LinkChannel;
import dev.quorate.ensemble.transport.Output;
import dev.quorate.ensemble.transport.sasl.Exchange;
import java.net.InetAddress;
import java.nio.channels.SelectionKey;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// One connection on the quorum port, of either side. Loop thread only; [QuorumTransport] does the work.
final class QuorumLink {
    final long id;
    final boolean toLeader;
    final LinkChannel channel;
    final String remote;
    final InetAddress host;
    final Output out;

    @Nullable
    SelectionKey key;

    byte[] in = {};
    int inStart;
    int inEnd;
    /// Until the peer is known to be who it says; nobody hears of the link before.
    @Nullable
    Exchange exchange;

    /// Set while a snapshot arrives instead of packets.
    @Nullable
    IncomingSnapshot incoming;

    long lastReadNanos;
    /// After the learner's ack of NEWLEADER the shorter limit holds.
    boolean synced;

    /// The snapshot that goes out now; what is to follow it waits in `behindSnapshot`.
    long outgoingSnapshot;
    boolean chunkOwed;
    final ArrayDeque<QuorumPacket> behindSnapshot = new ArrayDeque<>();

    boolean dirty;
    boolean closed;

    QuorumLink(long id, boolean toLeader, LinkChannel channel, String remote, Output out, long nowNanos) {
        this.id = id;
        this.toLeader = toLeader;
        this.channel = channel;
        this.remote = remote;
        this.host = channel.socket().socket().getInetAddress();
        this.out = out;
        this.lastReadNanos = nowNanos;
    }
}
