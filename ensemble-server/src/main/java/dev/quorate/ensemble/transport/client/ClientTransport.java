package dev.quorate.ensemble.transport.client;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.ConnectRequest;
import dev.quorate.ensemble.message.ConnectResponse;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.port.ClientTraffic;
import dev.quorate.ensemble.port.ConnectionStatistics;
import dev.quorate.ensemble.transport.LinkChannel;
import dev.quorate.ensemble.transport.Output;
import dev.quorate.ensemble.transport.Reactor;
import dev.quorate.ensemble.transport.tls.PortSecurity;
import dev.quorate.ensemble.wire.ClientWire;
import dev.quorate.ensemble.wire.JuteWriter;
import dev.quorate.ensemble.wire.MalformedRecordException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listeners of the client ports and all connections to them. Loop thread only.
///
/// Connections are numbered `generation << 20 | slot`: the number is never used twice and finds its link without a map.
public final class ClientTransport {
    /// The two ways in for clients: `clientPort`, `secureClientPort`.
    public enum Door {
        CLIENT,
        SECURE_CLIENT
    }

    /// `perAddress` and `total` are 0 for "no limit"; `outstanding` is the number of requests without reply above which
    /// connections that wait for one are not read.
    public record Limits(int perAddress, int total, int frameBytes, int outstanding) {}

    private static final Logger LOG = LoggerFactory.getLogger(ClientTransport.class);

    private static final int SLOT_BITS = 20;
    private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;
    private static final int READ_BYTES = 64 * 1024;
    /// A client that does not take its replies is not read above this many waiting bytes.
    private static final int UNSENT_BYTES_MAX = 1 << 20;
    /// A connection without a connect request is closed after this time.
    private static final long HANDSHAKE_NANOS = 10_000_000_000L;
    private static final int ACCEPTS_PER_TURN = 256;
    private static final byte[] NO_BODY = {};
    /// Telnet's interrupt sequence, which only closes.
    private static final int TELNET_INTERRUPT = 0xfff4fffd;

    private final Reactor reactor;
    private final ClientEvents events;
    private final Limits limits;
    private final Output.Pool pool = new Output.Pool();
    private final JuteWriter scratch = new JuteWriter(4096);
    private final byte[] shared = new byte[READ_BYTES];

    private final Map<Door, ServerSocketChannel> listeners = new EnumMap<>(Door.class);
    private @Nullable ClientLink[] slots = new ClientLink[256];
    private final ArrayDeque<Integer> freeSlots = new ArrayDeque<>();
    private int slotsUsed;
    private long generation = 1;
    private int alive;
    private final Map<InetAddress, Integer> perAddress = new HashMap<>();

    private final ArrayList<ClientLink> dirty = new ArrayList<>();
    private final ArrayDeque<ClientLink> resumed = new ArrayDeque<>();
    private int outstanding;
    private long now;
    private final Statistics statistics = new Statistics();

    public ClientTransport(Reactor reactor, ClientEvents events, Limits limits) {
        this.reactor = reactor;
        this.events = events;
        this.limits = limits;
    }

    // --- life

    /// Listens, from now on here instead of where this door was before; the address in use afterwards, for a port of 0.
    public InetSocketAddress listen(Door door, InetSocketAddress address, int backlog, PortSecurity security)
            throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, backlog > 0 ? backlog : 1024);
            reactor.register(channel, SelectionKey.OP_ACCEPT, key -> acceptAll(channel, security));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        close(listeners.put(door, channel));
        return (InetSocketAddress) channel.getLocalAddress();
    }

    /// Stops listening and closes every connection, after one last attempt to send what is there.
    public void close() {
        closeListeners();
        for (int slot = 0; slot < slotsUsed; slot++) {
            ClientLink link = slots[slot];
            if (link != null) {
                try {
                    link.out.writeTo(link.channel);
                } catch (IOException e) {
                    LOG.debug("{}: {}", link.remote, e.getMessage());
                }
                drop(link, false);
            }
        }
    }

    private void closeListeners() {
        listeners.values().forEach(ClientTransport::close);
        listeners.clear();
    }

    private static void close(@Nullable ServerSocketChannel listener) {
        try {
            if (listener != null) {
                listener.close();
            }
        } catch (IOException e) {
            LOG.debug("client listener: {}", e.getMessage());
        }
    }

    /// The time of this turn, for latencies and limits.
    public void beginTurn(long nowNanos) {
        now = nowNanos;
    }

    private void acceptAll(ServerSocketChannel listener, PortSecurity security) {
        for (int i = 0; i < ACCEPTS_PER_TURN && listener.isOpen(); i++) {
            try {
                SocketChannel channel = listener.accept();
                if (channel == null) {
                    return;
                }
                accept(channel, security);
            } catch (IOException e) {
                // Out of file descriptors, or the peer was faster: others must not suffer.
                LOG.warn("client port: accept failed: {}", e.getMessage());
                return;
            }
        }
    }

    private void accept(SocketChannel channel, PortSecurity security) throws IOException {
        InetSocketAddress remote = (InetSocketAddress) channel.getRemoteAddress();
        InetAddress host = remote.getAddress();
        int same = perAddress.getOrDefault(host, 0);
        if (limits.perAddress() > 0 && same >= limits.perAddress()) {
            refuse(channel, remote, "maxClientCnxns=" + limits.perAddress() + " from this address is reached");
            return;
        }
        if (limits.total() > 0 && alive >= limits.total()) {
            refuse(channel, remote, "maxCnxns=" + limits.total() + " is reached");
            return;
        }
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (security.plain()) {
            adopt(LinkChannel.plain(channel), remote);
            return;
        }
        // It counts from now on, or a flood of handshakes would pass all limits.
        count(host, 1);
        Thread.ofVirtual().name("client-in").start(() -> shakeHands(channel, remote, security));
    }

    private void count(InetAddress host, int change) {
        alive += change;
        perAddress.merge(host, change, Integer::sum);
        perAddress.remove(host, 0);
    }

    private void shakeHands(SocketChannel channel, InetSocketAddress remote, PortSecurity security) {
        try {
            LinkChannel ready = security.accepted(channel, (int) (HANDSHAKE_NANOS / 1_000_000));
            reactor.post(() -> {
                count(remote.getAddress(), -1);
                try {
                    if (listeners.isEmpty()) {
                        channel.close();
                    } else {
                        adopt(ready, remote);
                    }
                } catch (IOException e) {
                    LOG.warn("client {}: closed: {}", remote, e.getMessage());
                }
            });
        } catch (IOException | RuntimeException e) {
            LOG.warn("client {}: closed: {}", remote, e.getMessage());
            reactor.post(() -> count(remote.getAddress(), -1));
            try {
                channel.close();
            } catch (IOException again) {
                LOG.debug("{}: {}", remote, again.getMessage());
            }
        }
    }

    private void adopt(LinkChannel channel, InetSocketAddress remote) throws IOException {
        int slot = freeSlots.isEmpty() ? slotsUsed++ : freeSlots.poll();
        if (slot > SLOT_MASK) {
            slotsUsed--;
            refuse(channel.socket(), remote, "there are " + slot + " connections, and more cannot be numbered");
            return;
        }
        if (slot == slots.length) {
            slots = java.util.Arrays.copyOf(slots, slots.length * 2);
        }
        ClientLink link = new ClientLink(
                generation++ << SLOT_BITS | slot, channel, remote, now, System.currentTimeMillis(), new Output(pool));
        slots[slot] = link;
        count(link.address, 1);
        link.key = reactor.register(channel.socket(), SelectionKey.OP_READ, key -> ready(link, key));
    }

    private void refuse(SocketChannel channel, InetSocketAddress remote, String reason) throws IOException {
        statistics.rejected++;
        channel.close();
        LOG.warn("client {}: refused: {}", remote, reason);
    }

    /// Closes what does not shake hands; called every second or so.
    public void sweep() {
        for (int slot = 0; slot < slotsUsed; slot++) {
            ClientLink link = slots[slot];
            if (link != null && !link.handshaken && now - link.acceptedNanos > HANDSHAKE_NANOS) {
                drop(link, false);
            }
        }
    }

    // --- reading

    private void ready(ClientLink link, SelectionKey key) {
        if (link.closed) {
            return;
        }
        int operations = key.readyOps();
        if ((operations & SelectionKey.OP_WRITE) != 0) {
            flush(link);
        }
        if ((operations & SelectionKey.OP_READ) != 0 && !link.closed && !link.closing) {
            read(link);
        }
    }

    private void read(ClientLink link) {
        try {
            byte[] in = link.in;
            if (in == null) {
                int count = link.channel.read(ByteBuffer.wrap(shared));
                if (count < 0) {
                    gone(link);
                } else {
                    statistics.bytesReceived += count;
                    parse(link, shared, 0, count);
                }
                return;
            }
            in = roomFor(link, in);
            int count = link.channel.read(ByteBuffer.wrap(in, link.inLength, in.length - link.inLength));
            if (count < 0) {
                gone(link);
            } else {
                statistics.bytesReceived += count;
                link.in = null;
                parse(link, in, 0, link.inLength + count);
            }
        } catch (IOException e) {
            gone(link);
        }
    }

    /// Grows with what arrives, not with what a length field promises.
    private byte[] roomFor(ClientLink link, byte[] in) {
        if (in.length - link.inLength >= LinkChannel.READ_ROOM) {
            return in;
        }
        byte[] wider = java.util.Arrays.copyOf(in, Math.max(READ_BYTES, in.length * 2));
        link.in = wider;
        return wider;
    }

    /// Takes whole frames from `bytes[from, to)` as long as the connection may be read, and keeps the rest.
    private void parse(ClientLink link, byte[] bytes, int from, int to) {
        int at = from;
        while (to - at >= 4 && !link.closed && !link.closing) {
            if (!link.readEnabled) {
                break;
            }
            if (mustWait(link)) {
                stall(link);
                break;
            }
            int length = intAt(bytes, at);
            if (!link.handshaken && fourLetterWord(link, length)) {
                return;
            }
            if (length <= 0 || length > limits.frameBytes()) {
                malformed(link, "a frame of " + length + " bytes; allowed is 1 to " + limits.frameBytes());
                return;
            }
            if (to - at - 4 < length) {
                break;
            }
            frame(link, bytes, at + 4, length);
            at += 4 + length;
        }
        keep(link, bytes, at, to);
    }

    private boolean mustWait(ClientLink link) {
        return (outstanding >= limits.outstanding() && link.outstanding > 0) || link.out.pending() >= UNSENT_BYTES_MAX;
    }

    private void keep(ClientLink link, byte[] bytes, int at, int to) {
        if (at == to || link.closed || link.closing) {
            link.in = null;
            link.inLength = 0;
            return;
        }
        link.in = java.util.Arrays.copyOfRange(bytes, at, to);
        link.inLength = to - at;
    }

    private void frame(ClientLink link, byte[] bytes, int offset, int length) {
        link.received++;
        statistics.received++;
        try {
            if (!link.handshaken) {
                ConnectRequest request = ClientWire.readConnect(ByteBuffer.wrap(bytes, offset, length));
                link.handshaken = true;
                link.lastOpCode = OpCode.CREATE_SESSION;
                events.connect(link.id, link.remoteHost, request);
                return;
            }
            if (length < 8) {
                malformed(link, "a request header of " + length + " bytes; allowed is 8 or more");
                return;
            }
            int xid = intAt(bytes, offset);
            int opCode = intAt(bytes, offset + 4);
            ClientRequest request = ClientWire.readRequest(opCode, ByteBuffer.wrap(bytes, offset + 8, length - 8));
            byte[] body =
                    forwarded(opCode) ? java.util.Arrays.copyOfRange(bytes, offset + 8, offset + length) : NO_BODY;
            link.lastOpCode = opCode;
            link.lastXid = xid;
            link.arrived(now);
            outstanding++;
            events.request(link.id, xid, opCode, request, body);
        } catch (MalformedRecordException e) {
            malformed(link, e.getMessage());
        }
    }

    private static boolean forwarded(int opCode) {
        return switch (opCode) {
            case OpCode.GET_DATA,
                    OpCode.EXISTS,
                    OpCode.GET_CHILDREN,
                    OpCode.GET_CHILDREN2,
                    OpCode.GET_ACL,
                    OpCode.PING -> false;
            default -> true;
        };
    }

    /// True where `word` was one: it is answered and the connection closed.
    private boolean fourLetterWord(ClientLink link, int word) {
        if (word == TELNET_INTERRUPT) {
            drop(link, false);
            return true;
        }
        if (word < 0x61616161 || word > 0x7a7a7a7a) {
            return false; // a length; the words are all in small letters
        }
        String text = new String(
                new byte[] {(byte) (word >> 24), (byte) (word >> 16), (byte) (word >> 8), (byte) word},
                StandardCharsets.ISO_8859_1);
        String answer = events.fourLetterWord(text);
        if (answer == null) {
            return false;
        }
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        link.out.append(bytes, 0, bytes.length);
        close(link);
        return true;
    }

    private void malformed(ClientLink link, @Nullable String what) {
        LOG.warn("client {}: closed: {}", link.remote, what);
        drop(link, true);
    }

    private void gone(ClientLink link) {
        drop(link, true);
    }

    private static int intAt(byte[] bytes, int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8 | (bytes[at + 3] & 0xff);
    }

    // --- writing

    public void connected(long connection, ConnectResponse response) {
        ClientLink link = link(connection);
        if (link != null) {
            link.sessionId = response.sessionId();
            link.sessionTimeoutMillis = response.timeoutMillis();
            scratch.clear();
            ClientWire.writeConnected(scratch, response);
            send(link);
        }
    }

    public void reply(long connection, Reply reply) {
        ClientLink link = link(connection);
        if (link == null) {
            return;
        }
        if (link.outstanding > 0) {
            outstanding--;
            statistics.latency(link.answered(now));
        }
        if (reply.zxid() > 0) {
            link.lastZxid = reply.zxid();
        }
        scratch.clear();
        ClientWire.writeReply(scratch, reply);
        statistics.response(scratch.size() - Integer.BYTES);
        send(link);
    }

    public void watchFired(long connection, WatchEvent event) {
        ClientLink link = link(connection);
        if (link != null) {
            scratch.clear();
            ClientWire.writeEvent(scratch, event);
            statistics.response(scratch.size() - Integer.BYTES);
            send(link);
        }
    }

    private void send(ClientLink link) {
        link.sent++;
        statistics.sent++;
        link.out.append(scratch.array(), 0, scratch.size());
        markDirty(link);
    }

    private void markDirty(ClientLink link) {
        if (!link.dirty) {
            link.dirty = true;
            dirty.add(link);
        }
    }

    /// Closes after what was sent before; `reason` "" is not logged.
    public void closeClient(long connection, String reason) {
        ClientLink link = link(connection);
        if (link != null) {
            if (!reason.isEmpty()) {
                LOG.info("client {}: session {}: closed: {}", link.remote, hex(link.sessionId), reason);
            }
            close(link);
        }
    }

    private void close(ClientLink link) {
        link.closing = true;
        link.in = null;
        markDirty(link);
    }

    public void readClient(long connection, boolean enabled) {
        ClientLink link = link(connection);
        if (link != null && link.readEnabled != enabled) {
            link.readEnabled = enabled;
            if (enabled && link.in != null) {
                resumed.add(link);
            }
            interest(link);
        }
    }

    private void stall(ClientLink link) {
        if (!link.stalled) {
            link.stalled = true;
            resumed.add(link);
            interest(link);
        }
    }

    /// Reads on where reading had been put off and may go on; what arrived before is taken first. Called in each turn,
    /// before [#flush]; true when something was taken.
    public boolean resume() {
        boolean progress = false;
        for (int i = resumed.size(); i > 0; i--) {
            ClientLink link = resumed.poll();
            if (link == null || link.closed || link.closing) {
                continue;
            }
            if (link.stalled && mustWait(link)) {
                resumed.add(link);
                continue;
            }
            link.stalled = false;
            interest(link);
            byte[] in = link.in;
            if (in != null && link.readEnabled) {
                link.in = null;
                parse(link, in, 0, link.inLength);
                progress = true;
            }
        }
        return progress;
    }

    /// Writes what this turn produced, one write for each connection.
    public void flush() {
        for (int i = 0; i < dirty.size(); i++) {
            ClientLink link = dirty.get(i);
            link.dirty = false;
            if (!link.closed) {
                flush(link);
            }
        }
        dirty.clear();
    }

    private void flush(ClientLink link) {
        try {
            int before = link.out.pending();
            boolean empty = link.out.writeTo(link.channel);
            statistics.bytesSent += before - link.out.pending();
            link.unflushed = !empty;
            if (empty && link.closing) {
                drop(link, false);
                return;
            }
            interest(link);
        } catch (IOException e) {
            drop(link, !link.closing);
        }
    }

    private void interest(ClientLink link) {
        SelectionKey key = link.key;
        if (link.closed || key == null) {
            return;
        }
        int unsent = link.out.pending();
        boolean read = link.readEnabled && !link.stalled && !link.closing && unsent < UNSENT_BYTES_MAX;
        int operations = (read ? SelectionKey.OP_READ : 0)
                | ((unsent > 0 && !link.dirty) || link.unflushed ? SelectionKey.OP_WRITE : 0);
        if (key.interestOps() != operations) {
            key.interestOps(operations);
        }
    }

    private void drop(ClientLink link, boolean tell) {
        if (link.closed) {
            return;
        }
        link.closed = true;
        outstanding -= link.outstanding;
        count(link.address, -1);
        int slot = (int) link.id & SLOT_MASK;
        slots[slot] = null;
        freeSlots.add(slot);
        link.out.discard();
        link.in = null;
        try {
            link.channel.close();
        } catch (IOException e) {
            LOG.debug("{}: {}", link.remote, e.getMessage());
        }
        if (tell && link.handshaken) {
            events.closed(link.id);
        }
    }

    private @Nullable ClientLink link(long connection) {
        int slot = (int) connection & SLOT_MASK;
        ClientLink link = slot < slots.length ? slots[slot] : null;
        return link == null || link.id != connection || link.closing ? null : link;
    }

    // --- what others may see; loop thread

    public ClientTraffic traffic() {
        statistics.alive = alive;
        statistics.outstanding = outstanding;
        return statistics.copy();
    }

    public void resetTraffic() {
        statistics.reset();
    }

    public List<ConnectionStatistics> connections() {
        List<ConnectionStatistics> list = new ArrayList<>();
        for (int slot = 0; slot < slotsUsed; slot++) {
            ClientLink link = slots[slot];
            if (link != null) {
                list.add(link.statistics());
            }
        }
        return list;
    }

    public void resetConnectionStatistics() {
        for (int slot = 0; slot < slotsUsed; slot++) {
            ClientLink link = slots[slot];
            if (link != null) {
                link.resetStatistics();
            }
        }
    }

    private static String hex(long id) {
        return "0x" + Long.toHexString(id);
    }
}
