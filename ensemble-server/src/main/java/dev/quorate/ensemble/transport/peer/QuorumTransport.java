package dev.quorate.ensemble.transport.peer;

import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Member.HostPort;
import dev.quorate.ensemble.quorum.Member.PeerAddress;
import dev.quorate.ensemble.transport.LinkChannel;
import dev.quorate.ensemble.transport.Output;
import dev.quorate.ensemble.transport.Reactor;
import dev.quorate.ensemble.transport.sasl.Exchange;
import dev.quorate.ensemble.transport.sasl.Exchange.Step;
import dev.quorate.ensemble.transport.sasl.PeerAuthentication;
import dev.quorate.ensemble.transport.tls.PortSecurity;
import dev.quorate.ensemble.wire.JuteWriter;
import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.QuorumWire;
import dev.quorate.ensemble.wire.SnapshotWire;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The quorum port: the link to our leader, or the listener and the links of our learners. Loop thread only; look-ups,
/// dials and TLS handshakes run on virtual threads and come back through the reactor.
public final class QuorumTransport {
    /// Times in milliseconds.
    public record Settings(
            Binding binding,
            int initMillis,
            int syncMillis,
            int maxPacketBytes,
            boolean keepAlive,
            PortSecurity security,
            PeerAuthentication authentication) {}

    private static final Logger LOG = LoggerFactory.getLogger(QuorumTransport.class);
    /// About half a second in all: the leader-to-be may wait for better votes before it listens.
    private static final int DIALS = 9;
    private static final int REDIAL_MIN_MILLIS = 5;
    private static final int REDIAL_MAX_MILLIS = 100;
    private static final int READ_BYTES = 64 * 1024;
    /// The next chunk of a snapshot is asked for while less than this waits for the socket.
    private static final int SNAPSHOT_WINDOW_BYTES = 256 * 1024;

    private final Reactor reactor;
    private final QuorumEvents events;
    private final Settings settings;
    private final AtomicLong linkNumbers;
    private final Refusals refusals = new Refusals();
    private final Output.Pool pool = new Output.Pool();
    private final JuteWriter scratch = new JuteWriter(64 * 1024);
    private final QuorumWire wire;

    private final Map<Long, QuorumLink> links = new HashMap<>();
    private final Map<Long, QuorumLink> snapshots = new HashMap<>();
    private final ArrayList<QuorumLink> dirty = new ArrayList<>();
    private long leaderLink = -1;
    private boolean accepting;
    private List<PeerAddress> addresses = List.of();
    private @Nullable ServerSocketChannel listener;
    private long now;

    /// `linkNumbers` gives learners' links numbers that nothing else has.
    public QuorumTransport(Reactor reactor, QuorumEvents events, Settings settings, AtomicLong linkNumbers) {
        this.reactor = reactor;
        this.events = events;
        this.settings = settings;
        this.linkNumbers = linkNumbers;
        this.wire = new QuorumWire(settings.maxPacketBytes);
    }

    public void beginTurn(long nowNanos) {
        now = nowNanos;
    }

    // --- towards the leader

    /// Dials in the background, some times; the link before is closed.
    public void connectToLeader(long link, Member leader) {
        closeLink(links.get(leaderLink));
        leaderLink = link;
        Thread.ofVirtual().name("quorum-dial").start(() -> dial(link, leader));
    }

    private void dial(long link, Member leader) {
        long deadline = System.nanoTime() + settings.initMillis * 1_000_000L;
        List<HostPort> targets = leader.addresses().stream()
                .map(address -> new HostPort(address.host(), address.quorumPort()))
                .toList();
        String failure = "";
        for (int attempt = 0; attempt < DIALS && System.nanoTime() < deadline; attempt++) {
            try {
                LinkChannel ready = Race.first(targets, (address, host) -> connect(address, host, deadline));
                reactor.post(() -> connected(link, ready));
                return;
            } catch (IOException | RuntimeException e) {
                failure = ConfigText.addresses(leader.addresses(), PeerAddress::quorumPort) + ": " + e;
            }
            pause(Math.min(REDIAL_MIN_MILLIS << attempt, REDIAL_MAX_MILLIS));
        }
        String reason = "cannot connect to server " + leader.id() + " at " + failure;
        reactor.post(() -> {
            if (link == leaderLink) {
                events.leaderLost(link, reason);
            }
        });
    }

    private LinkChannel connect(InetSocketAddress address, String host, long deadline) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, settings.keepAlive);
            int left = (int) Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
            channel.socket().connect(address, left);
            return settings.security.dialled(channel, host, left);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void connected(long id, LinkChannel channel) {
        try {
            if (id != leaderLink) {
                channel.socket().close(); // given up in the meantime
                return;
            }
            QuorumLink link = adopt(id, true, channel);
            link.exchange = settings.authentication.dialling();
            if (link.exchange == null) {
                events.leaderConnected(id);
            } else {
                append(link, link.exchange.begin());
            }
        } catch (IOException e) {
            events.leaderLost(id, String.valueOf(e.getMessage()));
        }
    }

    private QuorumLink adopt(long id, boolean toLeader, LinkChannel channel) throws IOException {
        SocketChannel socket = channel.socket();
        QuorumLink link =
                new QuorumLink(id, toLeader, channel, String.valueOf(socket.getRemoteAddress()), new Output(pool), now);
        link.key = reactor.register(socket, SelectionKey.OP_READ, key -> ready(link, key));
        links.put(id, link);
        return link;
    }

    public void sendToLeader(long link, QuorumPacket packet) {
        send(links.get(link), packet);
    }

    public void closeLeader(long link, String reason) {
        if (link == leaderLink) {
            leaderLink = -1;
        }
        closeLink(links.get(link));
    }

    // --- towards learners

    /// Listens on the own quorum port, and goes on trying while somebody else has it; or closes listener and links.
    public void acceptLearners(boolean enabled, List<PeerAddress> own) {
        accepting = enabled;
        addresses = own;
        if (!enabled) {
            closeListener();
            for (QuorumLink link : List.copyOf(links.values())) {
                if (!link.toLeader) {
                    closeLink(link);
                }
            }
        } else if (listener == null) {
            listen("");
        }
    }

    /// Learners find us here from now on; those who are connected stay.
    public void moveListener(List<PeerAddress> own) {
        addresses = own;
        if (accepting) {
            closeListener();
            listen("");
        }
    }

    private void listen(String said) {
        if (!accepting || listener != null || addresses.isEmpty()) {
            return;
        }
        int port = addresses.getFirst().quorumPort();
        ServerSocketChannel channel = null;
        try {
            channel = ServerSocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(new InetSocketAddress(settings.binding.of(addresses), port), 128);
            reactor.register(channel, SelectionKey.OP_ACCEPT, key -> acceptAll());
            listener = channel;
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                try {
                    channel.close();
                } catch (IOException again) {
                    LOG.debug("quorum listener: {}", again.getMessage());
                }
            }
            String failure = String.valueOf(e.getMessage());
            if (!failure.equals(said)) {
                LOG.warn("quorum port {}: {}; trying on", port, e.toString());
            }
            Thread.ofVirtual().name("quorum-bind").start(() -> {
                pause(REDIAL_MAX_MILLIS);
                reactor.post(() -> listen(failure));
            });
        }
    }

    private void closeListener() {
        if (listener != null) {
            try {
                listener.close();
            } catch (IOException e) {
                LOG.debug("quorum listener: {}", e.getMessage());
            }
            listener = null;
        }
    }

    private void acceptAll() {
        while (listener != null) {
            try {
                SocketChannel channel = listener.accept();
                if (channel == null) {
                    return;
                }
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.setOption(StandardSocketOptions.SO_KEEPALIVE, settings.keepAlive);
                if (settings.security.plain()) {
                    accepted(LinkChannel.plain(channel));
                } else {
                    Thread.ofVirtual().name("quorum-in").start(() -> welcome(channel));
                }
            } catch (IOException e) {
                LOG.warn("quorum port: accept failed: {}", e.getMessage());
                return;
            }
        }
    }

    /// A learner has dialled, and is to shake hands first.
    private void welcome(SocketChannel channel) {
        try {
            LinkChannel ready = settings.security.accepted(channel, settings.initMillis);
            reactor.post(() -> {
                try {
                    accepted(ready);
                } catch (IOException e) {
                    refuse(channel, e);
                }
            });
        } catch (IOException | RuntimeException e) {
            refuse(channel, e);
        }
    }

    private void refuse(SocketChannel channel, Exception reason) {
        Socket socket = channel.socket();
        if (!(reason instanceof SSLException) || refusals.isNews(socket.getInetAddress(), reason.getMessage())) {
            LOG.warn("quorum port: {} closed: {}", socket.getRemoteSocketAddress(), reason.getMessage());
        }
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("quorum port: {}", e.getMessage());
        }
    }

    private void accepted(LinkChannel channel) throws IOException {
        if (!accepting) {
            channel.socket().close(); // no leader any more
            return;
        }
        QuorumLink link = adopt(linkNumbers.incrementAndGet(), false, channel);
        link.exchange = settings.authentication.accepting();
        if (link.exchange == null) {
            trusted(link);
        }
    }

    /// From here on the core knows the link.
    private void trusted(QuorumLink link) {
        link.exchange = null;
        if (link.toLeader) {
            events.leaderConnected(link.id);
        } else {
            refusals.accepted(link.host);
            events.learnerAccepted(link.id, link.remote);
        }
    }

    public void sendToLearner(long link, QuorumPacket packet) {
        send(links.get(link), packet);
    }

    public void closeLearner(long id, String reason) {
        QuorumLink link = links.get(id);
        if (link != null && !reason.isEmpty()) {
            LOG.info("learner at {} closed: {}", link.remote, reason);
        }
        closeLink(link);
    }

    // --- snapshots to learners

    /// False when the link is gone.
    public boolean beginSnapshot(long snapshot, long linkId) {
        QuorumLink link = links.get(linkId);
        if (link == null) {
            return false;
        }
        link.outgoingSnapshot = snapshot;
        snapshots.put(snapshot, link);
        return true;
    }

    /// True where `snapshot` goes to a learner (and not to a file).
    public boolean carries(long snapshot) {
        return snapshots.containsKey(snapshot);
    }

    public void snapshotChunk(long snapshot, SnapshotChunk chunk) {
        QuorumLink link = snapshots.get(snapshot);
        if (link == null) {
            return;
        }
        scratch.clear();
        write(chunk);
        append(link);
        if (chunk instanceof SnapshotChunk.End) {
            endSnapshot(link);
            reactor.post(() -> events.snapshotDone(snapshot, true));
        } else {
            link.chunkOwed = true;
        }
    }

    private void write(SnapshotChunk chunk) {
        switch (chunk) {
            case SnapshotChunk.Head head -> SnapshotWire.writeHead(scratch, head);
            case SnapshotChunk.Nodes nodes -> nodes.nodes().forEach(node -> SnapshotWire.writeNode(scratch, node));
            case SnapshotChunk.End _ ->
                scratch.writeString(SnapshotWire.END_OF_NODES).writeString(IncomingSnapshot.signature());
        }
    }

    public void abortSnapshot(long snapshot) {
        QuorumLink link = snapshots.remove(snapshot);
        if (link != null) {
            // The stream has no way to say "never mind": the learner throws away what it has when the link breaks.
            closeLink(link);
        }
    }

    private void endSnapshot(QuorumLink link) {
        snapshots.remove(link.outgoingSnapshot);
        link.outgoingSnapshot = 0;
        link.chunkOwed = false;
        QuorumPacket packet;
        while ((packet = link.behindSnapshot.poll()) != null) {
            encode(link, packet);
        }
    }

    private void takeChunk(QuorumLink link) {
        if (link.chunkOwed && link.out.pending() < SNAPSHOT_WINDOW_BYTES) {
            link.chunkOwed = false;
            long snapshot = link.outgoingSnapshot;
            reactor.post(() -> events.snapshotChunkTaken(snapshot));
        }
    }

    // --- bytes

    private void send(@Nullable QuorumLink link, QuorumPacket packet) {
        if (link == null) {
            return;
        }
        if (link.outgoingSnapshot != 0) {
            link.behindSnapshot.add(packet);
            return;
        }
        encode(link, packet);
    }

    private void encode(QuorumLink link, QuorumPacket packet) {
        if (packet instanceof QuorumPacket.Ack && link.toLeader) {
            link.synced = true;
        }
        scratch.clear();
        wire.write(scratch, packet);
        append(link);
    }

    private void append(QuorumLink link, byte[] bytes) {
        scratch.clear();
        scratch.writeRaw(bytes, 0, bytes.length);
        append(link);
    }

    private void append(QuorumLink link) {
        link.out.append(scratch.array(), 0, scratch.size());
        if (!link.dirty) {
            link.dirty = true;
            dirty.add(link);
        }
    }

    /// Writes what this turn produced, one write for each link.
    public void flush() {
        for (int i = 0; i < dirty.size(); i++) {
            QuorumLink link = dirty.get(i);
            link.dirty = false;
            flush(link);
        }
        dirty.clear();
    }

    private void flush(QuorumLink link) {
        SelectionKey key = link.key;
        if (link.closed || key == null) {
            return;
        }
        try {
            boolean empty = link.out.writeTo(link.channel);
            int operations = SelectionKey.OP_READ | (empty ? 0 : SelectionKey.OP_WRITE);
            if (key.interestOps() != operations) {
                key.interestOps(operations);
            }
            takeChunk(link);
        } catch (IOException e) {
            lost(link, String.valueOf(e.getMessage()));
        }
    }

    private void ready(QuorumLink link, SelectionKey key) {
        if (link.closed) {
            return;
        }
        int operations = key.readyOps();
        if ((operations & SelectionKey.OP_WRITE) != 0) {
            flush(link);
        }
        if ((operations & SelectionKey.OP_READ) != 0 && !link.closed) {
            read(link);
        }
    }

    private void read(QuorumLink link) {
        try {
            makeRoom(link);
            int count = link.channel.read(ByteBuffer.wrap(link.in, link.inEnd, link.in.length - link.inEnd));
            if (count < 0) {
                lost(link, "the peer closed the connection");
                return;
            }
            link.inEnd += count;
            link.lastReadNanos = now;
            parse(link);
        } catch (IOException e) {
            lost(link, String.valueOf(e.getMessage()));
        } catch (MalformedRecordException e) {
            lost(link, "malformed packet: " + e.getMessage());
        }
    }

    private static void makeRoom(QuorumLink link) {
        if (link.inStart == link.inEnd) {
            link.inStart = 0;
            link.inEnd = 0;
        }
        if (link.in.length - link.inEnd >= LinkChannel.READ_ROOM) {
            return;
        }
        int pending = link.inEnd - link.inStart;
        byte[] target = pending > link.in.length / 2 || link.in.length == 0
                ? new byte[Math.max(2 * READ_BYTES, link.in.length * 2)]
                : link.in;
        System.arraycopy(link.in, link.inStart, target, 0, pending);
        link.in = target;
        link.inStart = 0;
        link.inEnd = pending;
    }

    private void parse(QuorumLink link) throws MalformedRecordException {
        while (!link.closed && link.inStart < link.inEnd) {
            if (link.exchange != null) {
                if (!authenticate(link, link.exchange)) {
                    return;
                }
                continue;
            }
            if (link.incoming != null) {
                if (!snapshot(link, link.incoming)) {
                    return;
                }
                continue;
            }
            QuorumPacket packet = packet(link);
            if (packet == null) {
                return;
            }
            if (packet instanceof QuorumPacket.Snap && link.toLeader) {
                link.incoming = new IncomingSnapshot();
            }
            if (packet instanceof QuorumPacket.Ack && !link.toLeader) {
                link.synced = true;
            }
            if (link.toLeader) {
                events.fromLeader(link.id, packet);
            } else {
                events.fromLearner(link.id, packet);
            }
        }
    }

    /// False when more bytes are needed.
    private boolean authenticate(QuorumLink link, Exchange exchange) throws MalformedRecordException {
        ByteInput in = new ByteInput(link.in, link.inStart, link.inEnd);
        Step step;
        try {
            step = exchange.take(in);
        } catch (EOFException e) {
            return false;
        } catch (IOException e) {
            throw new MalformedRecordException(String.valueOf(e.getMessage()));
        }
        switch (step) {
            case Step.Skipped() -> trusted(link);
            case Step.Going(byte[] answer) -> {
                link.inStart = in.position();
                append(link, answer);
            }
            case Step.Done(byte[] answer) -> {
                link.inStart = in.position();
                append(link, answer);
                trusted(link);
            }
            case Step.Failed(byte[] answer, String reason) -> {
                append(link, answer);
                lost(link, reason);
            }
        }
        return true;
    }

    /// The next packet, null where it is not whole yet.
    private @Nullable QuorumPacket packet(QuorumLink link) throws MalformedRecordException {
        ByteInput in = new ByteInput(link.in, link.inStart, link.inEnd);
        try {
            // Looked at first, so that a big packet is not begun again with every piece of it that arrives.
            in.skipBytes(12);
            int length = in.readInt();
            if (link.inEnd - in.position() < Math.min(length, settings.maxPacketBytes)) {
                return null;
            }
            in = new ByteInput(link.in, link.inStart, link.inEnd);
            QuorumPacket packet = wire.read(in, !link.toLeader);
            link.inStart = in.position();
            return packet;
        } catch (EOFException e) {
            return null;
        } catch (IOException e) {
            throw new MalformedRecordException(String.valueOf(e.getMessage()));
        }
    }

    /// True when something was taken and more may be there.
    private boolean snapshot(QuorumLink link, IncomingSnapshot incoming) throws MalformedRecordException {
        int before = link.inStart;
        SnapshotChunk chunk = incoming.next(link.in, link.inStart, link.inEnd);
        link.inStart += incoming.taken();
        if (chunk == null) {
            return link.inStart > before;
        }
        if (chunk instanceof SnapshotChunk.End) {
            link.incoming = null;
        }
        events.snapshotFromLeader(link.id, chunk);
        return true;
    }

    // --- ends

    /// Finds links on which nothing came for too long; called with every tick.
    public void sweep() {
        for (QuorumLink link : List.copyOf(links.values())) {
            long limit = (link.synced ? settings.syncMillis : settings.initMillis) * 1_000_000L;
            if (now - link.lastReadNanos > limit && link.outgoingSnapshot == 0) {
                lost(link, "nothing was received for " + limit / 1_000_000 + " ms");
            }
        }
    }

    private void lost(QuorumLink link, String reason) {
        if (link.closed) {
            return;
        }
        long snapshot = link.outgoingSnapshot;
        closeLink(link);
        if (snapshot != 0) {
            reactor.post(() -> events.snapshotDone(snapshot, false));
        }
        // Posted, not called: a write may fail in the middle of the core's own step.
        if (link.toLeader) {
            reactor.post(() -> events.leaderLost(link.id, reason));
        } else if (link.exchange != null) {
            refused(link, reason);
        } else {
            reactor.post(() -> events.learnerLost(link.id, link.remote + ": " + reason));
        }
    }

    private void refused(QuorumLink link, String reason) {
        if (refusals.isNews(link.host, reason)) {
            LOG.warn("quorum port: {} closed: {}", link.remote, reason);
        }
    }

    private void closeLink(@Nullable QuorumLink link) {
        if (link == null || link.closed) {
            return;
        }
        link.closed = true;
        links.remove(link.id);
        snapshots.remove(link.outgoingSnapshot);
        try {
            link.out.writeTo(link.channel); // what was sent before the close still goes, as far as the socket takes it
        } catch (IOException e) {
            LOG.debug("{}: {}", link.remote, e.getMessage());
        }
        link.out.discard();
        try {
            link.channel.close();
        } catch (IOException e) {
            LOG.debug("{}: {}", link.remote, e.getMessage());
        }
    }

    public void close() {
        accepting = false;
        closeListener();
        for (QuorumLink link : List.copyOf(links.values())) {
            closeLink(link);
        }
    }
}
