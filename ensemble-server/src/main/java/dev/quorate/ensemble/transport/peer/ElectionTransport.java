package dev.quorate.ensemble.transport.peer;

import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Member.HostPort;
import dev.quorate.ensemble.quorum.Member.PeerAddress;
import dev.quorate.ensemble.transport.sasl.Exchange;
import dev.quorate.ensemble.transport.sasl.PeerAuthentication;
import dev.quorate.ensemble.transport.tls.PortSecurity;
import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.NotificationWire;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The election port: one connection for each pair of servers, made by the one with the larger id (peer-protocol.md
/// §2.1). Votes are latest-wins: each destination has one slot, and the last one sent is sent again on a new
/// connection.
///
/// [#send] and [#target] may be called by any thread and never block; everything else is on virtual threads.
public final class ElectionTransport implements AutoCloseable {
    /// Times in milliseconds.
    public record Settings(
            long self,
            Binding binding,
            int connectTimeoutMillis,
            int handshakeTimeoutMillis,
            boolean keepAlive,
            boolean multiAddress,
            PortSecurity security,
            PeerAuthentication authentication) {}

    /// Called on the thread of the connection.
    public interface Receiver {
        void received(long from, Notification notification);
    }

    /// ZooKeeper's too: the id is the top byte of session ids.
    private static final int SERVER_ID_MAX = 255;

    private static final Logger LOG = LoggerFactory.getLogger(ElectionTransport.class);
    private static final int RETRY_MIN_MILLIS = 100;
    private static final int RETRY_MAX_MILLIS = 1_000;

    private final Settings settings;
    private final Receiver receiver;
    private final Refusals refusals = new Refusals();
    private final Map<Long, Destination> destinations = new HashMap<>();
    private List<EnsembleConfig> configs = List.of();
    /// The own addresses, as long as they are known.
    private List<PeerAddress> own = List.of();
    private @Nullable ServerSocket listener;
    private volatile boolean closed;
    /// Whether the own port was ours once. Who cannot have it may be a second process of the same server, or one on a
    /// host that is not its own: it says nothing to anybody.
    private volatile boolean bound;
    /// The listener was closed because the port is another one now.
    private volatile boolean moving;

    public ElectionTransport(Settings settings, Receiver receiver) {
        this.settings = settings;
        this.receiver = receiver;
    }

    /// Where the members are from now on: the committed configuration first, then the last-seen one.
    /// Connections to whoever is elsewhere now are given up, and so is the own listener if it has moved.
    public void target(EnsembleConfig committed, EnsembleConfig lastSeen) {
        List<Destination> moved = new ArrayList<>();
        synchronized (this) {
            List<PeerAddress> ownBefore = own;
            Map<Long, List<PeerAddress>> before = new HashMap<>();
            destinations.keySet().forEach(server -> before.put(server, addresses(server)));
            configs = committed.equals(lastSeen) ? List.of(committed) : List.of(committed, lastSeen);
            // Whoever was removed goes on where it stood.
            own = configs.stream()
                    .map(config -> config.member(settings.self))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .map(Member::addresses)
                    .orElse(own);
            if (listener != null && !own.equals(ownBefore)) {
                moving = true;
                closeListener();
            }
            destinations.forEach((server, destination) -> {
                if (!addresses(server).equals(before.get(server))) {
                    moved.add(destination);
                }
            });
        }
        moved.forEach(Destination::drop);
    }

    /// Begins to listen on the own election port, and goes on trying while somebody else has it.
    public void start() {
        Thread.ofVirtual().name("election-accept").start(this::acceptLoop);
    }

    /// Replaces what has not been sent to that server yet.
    public void send(long server, Notification notification) {
        destination(server).offer(NotificationWire.frame(notification));
    }

    private synchronized Destination destination(long server) {
        return destinations.computeIfAbsent(server, id -> new Destination(id));
    }

    // --- listening

    private void acceptLoop() {
        int pause = RETRY_MIN_MILLIS;
        String said = "";
        while (!closed) {
            try (ServerSocket socket = new ServerSocket()) {
                List<PeerAddress> own = ownAddresses();
                socket.setReuseAddress(true);
                InetAddress at = settings.binding.of(own);
                socket.bind(new InetSocketAddress(at, own.getFirst().electionPort()), 128);
                moving = false;
                keep(socket);
                bound();
                pause = RETRY_MIN_MILLIS;
                while (!closed) {
                    Socket peer = socket.accept();
                    Thread.ofVirtual().name("election-in").start(() -> welcome(peer));
                }
            } catch (IOException | RuntimeException e) {
                if (!closed && !moving && !said.equals(String.valueOf(e.getMessage()))) {
                    said = String.valueOf(e.getMessage());
                    LOG.warn("election port: {}; trying on{}", e.toString(), bound ? "" : ", and no vote until then");
                }
                pause(pause);
                pause = Math.min(2 * pause, RETRY_MAX_MILLIS);
            }
        }
    }

    private void bound() {
        bound = true;
        List<Destination> all;
        synchronized (this) {
            all = List.copyOf(destinations.values());
        }
        all.forEach(Destination::goOn);
    }

    private synchronized void keep(ServerSocket socket) throws IOException {
        if (closed) {
            socket.close();
        }
        listener = socket;
    }

    private synchronized List<PeerAddress> ownAddresses() throws IOException {
        if (own.isEmpty()) {
            throw new IOException("server " + settings.self + " has no line in the configuration");
        }
        return own;
    }

    /// As it stands in our first message: one address, unless several are switched on.
    private String own() throws IOException {
        List<PeerAddress> all = addresses(settings.self);
        // Whoever was removed goes on with the address it had.
        boolean several = settings.multiAddress && !all.isEmpty();
        return ConfigText.addresses(several ? all : List.of(ownAddresses().getFirst()), PeerAddress::electionPort);
    }

    private synchronized List<PeerAddress> addresses(long server) {
        List<PeerAddress> all = new ArrayList<>();
        for (EnsembleConfig config : configs) {
            Member member = config.member(server);
            if (member != null) {
                member.addresses().stream()
                        .filter(address -> !all.contains(address))
                        .forEach(all::add);
            }
        }
        return all;
    }

    /// A peer has dialled: its id decides who keeps the connection.
    private void welcome(Socket socket) {
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(settings.keepAlive);
            socket.setSoTimeout(settings.handshakeTimeoutMillis);
            PortSecurity.Accepted accepted = settings.security.accepted(socket);
            DataInputStream in = new DataInputStream(new BufferedInputStream(accepted.in()));
            NotificationWire.Init init = NotificationWire.readInit(in);
            if (init.serverId() < 0 || init.serverId() > SERVER_ID_MAX) {
                throw new MalformedRecordException("server id " + init.serverId());
            }
            if (init.serverId() == settings.self) {
                throw new MalformedRecordException("server id " + settings.self + " is this server's own");
            }
            // First of all: who has no password does not make us dial anybody either.
            Exchange.run(
                    settings.authentication.accepting(), in, accepted.socket().getOutputStream());
            if (init.serverId() < settings.self) {
                socket.close();
                destination(init.serverId()).dialBack(init.address());
            } else {
                socket.setSoTimeout(0);
                destination(init.serverId()).attach(new Link(init.serverId(), socket, accepted.socket(), in));
            }
        } catch (SocketException e) {
            LOG.debug("election port: {}: {}", socket.getRemoteSocketAddress(), e.getMessage());
            closeQuietly(socket);
        } catch (SSLException | SaslException e) {
            if (refusals.isNews(socket.getInetAddress(), e.getMessage())) {
                LOG.warn("election port: {} closed: {}", socket.getRemoteSocketAddress(), e.getMessage());
            }
            closeQuietly(socket);
        } catch (IOException | MalformedRecordException | RuntimeException e) {
            LOG.warn("election port: {} closed: {}", socket.getRemoteSocketAddress(), why(e));
            closeQuietly(socket);
        }
    }

    /// Servers that are to be added are answered before anybody lists them; so is, alas, who is here by mistake.
    private void greet(Socket socket, long server) {
        InetAddress host = socket.getInetAddress();
        if (!addresses(server).isEmpty()) {
            refusals.accepted(host);
        } else if (refusals.isNews(host, "server " + server)) {
            LOG.warn(
                    "election port: {}: server {} is not in the configuration: it is answered, its votes do not count",
                    socket.getRemoteSocketAddress(),
                    server);
        }
    }

    private static String why(Exception e) {
        return switch (e) {
            case EOFException _ -> "it ends before the first message of a server";
            case SocketTimeoutException _ -> "no first message of a server comes";
            case MalformedRecordException _ -> "no server's first message: " + e.getMessage();
            default -> String.valueOf(e.getMessage());
        };
    }

    // --- one peer

    /// A connection in use: `socket` is the one to close, which never waits, `out` the one to write to; `in` holds what
    /// was read ahead.
    private record Link(long server, Socket socket, Socket out, DataInputStream in) implements Closeable {
        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /// The slot, the connection and the sender of one peer. The lock is its own monitor.
    private final class Destination {
        private final long server;
        private byte @Nullable [] slot;
        private byte @Nullable [] last;
        private @Nullable Link link;
        private boolean running;
        private boolean dialAsked;
        /// The last failure that was logged.
        private String said = "";
        private List<HostPort> advertised = List.of();

        Destination(long server) {
            this.server = server;
        }

        synchronized void offer(byte[] message) {
            slot = message;
            wake();
        }

        synchronized void dialBack(String addresses) {
            List<HostPort> usable = new ArrayList<>();
            for (String address : addresses.split("\\|")) {
                int colon = address.lastIndexOf(':');
                String host = address.substring(0, Math.max(colon, 0))
                        .replace("[", "")
                        .replace("]", "");
                if (colon > 0 && !host.equals("0.0.0.0") && !host.equals("::")) {
                    usable.add(new HostPort(host, Integer.parseInt(address.substring(colon + 1))));
                }
            }
            advertised = usable;
            drop();
            dialAsked = true;
            wake();
        }

        synchronized void attach(Link fresh) {
            drop();
            if (closed) {
                closeQuietly(fresh.socket);
                return;
            }
            link = fresh;
            if (slot == null) {
                slot = last; // may be stale; the receiver tolerates it, and a lost one would cost an election round
            }
            Thread.ofVirtual().name("election-read-" + server).start(() -> readLoop(fresh));
            wake();
        }

        synchronized void drop() {
            if (link != null) {
                closeQuietly(link.socket);
                link = null;
            }
        }

        private synchronized void lost(Link gone) {
            if (link == gone) {
                drop();
            }
            closeQuietly(gone.socket);
        }

        synchronized void goOn() {
            if (slot != null) {
                wake();
            }
        }

        private void wake() {
            notifyAll();
            if (!running && !closed && bound) {
                running = true;
                Thread.ofVirtual().name("election-send-" + server).start(this::sendLoop);
            }
        }

        private void sendLoop() {
            int pause = RETRY_MIN_MILLIS;
            while (!closed) {
                Link current;
                byte[] message;
                synchronized (this) {
                    if (slot == null && !(dialAsked && link == null)) {
                        running = false;
                        return;
                    }
                    current = link;
                    message = slot;
                }
                if (current == null) {
                    if (dial()) {
                        pause = RETRY_MIN_MILLIS;
                    } else {
                        pauseForLink(pause);
                        pause = Math.min(2 * pause, RETRY_MAX_MILLIS);
                    }
                } else if (message != null) {
                    write(current, message);
                }
            }
        }

        private synchronized void pauseForLink(int millis) {
            if (link == null && !closed) {
                try {
                    wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private void write(Link current, byte[] message) {
            try {
                current.out.getOutputStream().write(message);
                synchronized (this) {
                    last = message;
                    if (slot == message) {
                        slot = null;
                    }
                }
            } catch (IOException e) {
                lost(current);
            }
        }

        /// True when there is a connection afterwards. Dialling a larger id only asks it to dial us.
        private boolean dial() {
            List<HostPort> asked;
            synchronized (this) {
                asked = advertised;
                advertised = List.of();
                dialAsked = false;
            }
            List<HostPort> configured = addresses(server).stream()
                    .map(address -> new HostPort(address.host(), address.electionPort()))
                    .toList();
            // Whoever asks to be dialled back knows best where it is.
            return (!asked.isEmpty() && dial(asked)) || (!configured.isEmpty() && dial(configured));
        }

        private boolean dial(List<HostPort> targets) {
            try {
                Link fresh = Race.first(targets, this::connect);
                fresh.out.getOutputStream().write(NotificationWire.init(settings.self, own(), settings.multiAddress));
                Exchange exchange = settings.authentication.dialling();
                try {
                    Exchange.run(exchange, fresh.in, fresh.out.getOutputStream());
                } catch (IOException e) {
                    closeQuietly(fresh.socket);
                    throw e;
                }
                if (settings.self < server) {
                    if (exchange == null) {
                        fresh.out.shutdownOutput(); // no authentication follows, should the peer wait for one
                    }
                    fresh.socket.setSoTimeout(RETRY_MAX_MILLIS);
                    awaitEnd(fresh.out);
                    return false;
                }
                fresh.socket.setSoTimeout(0);
                attach(fresh);
                return true;
            } catch (IOException | RuntimeException e) {
                failed(
                        targets.stream()
                                .map(target -> target.host() + ":" + target.port())
                                .collect(Collectors.joining("|")),
                        e);
                return false;
            }
        }

        private Link connect(InetSocketAddress address, String host) throws IOException {
            Socket socket = new Socket();
            try {
                socket.setTcpNoDelay(true);
                socket.setKeepAlive(settings.keepAlive);
                socket.connect(address, settings.connectTimeoutMillis);
                socket.setSoTimeout(settings.handshakeTimeoutMillis);
                Socket secured = settings.security.dialled(socket, host);
                return new Link(
                        server,
                        socket,
                        secured,
                        new DataInputStream(new BufferedInputStream(secured.getInputStream())));
            } catch (IOException | RuntimeException e) {
                closeQuietly(socket);
                throw e;
            }
        }

        /// A server that cannot be reached is daily business; one that is there and not to be trusted is not, and is
        /// spoken of once for each reason.
        private synchronized void failed(String where, Exception e) {
            String failure = where + ": " + e.getMessage();
            boolean distrust =
                    e instanceof SSLException || e.getCause() instanceof SSLException || e instanceof SaslException;
            if (distrust && !failure.equals(said)) {
                said = failure;
                LOG.warn("election port of server {} at {}", server, failure);
            } else {
                LOG.debug("election port of server {} at {}: {}", server, where, e.toString());
            }
        }

        private void readLoop(Link current) {
            boolean known = false;
            try {
                while (!closed) {
                    int length = current.in.readInt();
                    if (length < 1 || length > NotificationWire.FRAME_BYTES_MAX) {
                        LOG.warn(
                                "election link to server {} at {} closed: a notification of {} bytes; allowed is 1 to {}",
                                server,
                                current.socket.getRemoteSocketAddress(),
                                length,
                                NotificationWire.FRAME_BYTES_MAX);
                        return;
                    }
                    byte[] frame = current.in.readNBytes(length);
                    if (frame.length < length) {
                        LOG.warn(
                                "election link to server {} at {} closed: it ends in the middle of a notification",
                                server,
                                current.socket.getRemoteSocketAddress());
                        return;
                    }
                    synchronized (this) {
                        said = "";
                    }
                    Notification notification = NotificationWire.read(frame);
                    if (!known) {
                        known = true;
                        greet(current.socket, server);
                    }
                    receiver.received(server, notification);
                }
            } catch (MalformedRecordException e) {
                LOG.warn(
                        "election link to server {} at {} closed: {}",
                        server,
                        current.socket.getRemoteSocketAddress(),
                        e.getMessage());
            } catch (IOException e) {
                failed(String.valueOf(current.socket.getRemoteSocketAddress()), e);
            } finally {
                lost(current);
            }
        }
    }

    /// The peer hangs up when it has read our first message. Whoever closes before, with something unread in the socket
    /// as TLS may leave there, takes that message back.
    private static void awaitEnd(Socket socket) throws IOException {
        try (socket) {
            while (socket.getInputStream().read() >= 0) {
                // Nothing is expected.
            }
        } catch (SocketException | SocketTimeoutException e) {
            LOG.debug("{}: {}", socket.getRemoteSocketAddress(), e.getMessage());
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeListener() {
        if (listener != null) {
            try {
                listener.close();
            } catch (IOException e) {
                LOG.debug("election listener: {}", e.getMessage());
            }
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("close: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        closed = true;
        List<Destination> all;
        synchronized (this) {
            all = List.copyOf(destinations.values());
            closeListener();
        }
        for (Destination destination : all) {
            destination.drop();
            synchronized (destination) {
                destination.notifyAll();
            }
        }
    }
}
