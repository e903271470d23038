package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.ConnectRequest;
import dev.quorate.ensemble.message.ConnectResponse;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.model.ErrorCode;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// A client as the stock one is: one session, one connection at a time, to any server; pings, gives a silent server up,
/// takes its session and its watches along, begins anew when it has expired.
final class SimulatedClient {
    private static final int PING_XID = -2;
    private static final int SET_WATCHES_XID = -8;

    /// A request that was sent. `shownBefore` is the highest zxid that any client had been shown by then.
    record Pending(int xid, ClientRequest request, long shownBefore) {}

    final int id;
    /// Watches by path, with the zxid of the reply that set them.
    final TreeMap<String, Long> dataWatches = new TreeMap<>();
    final TreeMap<String, Long> existWatches = new TreeMap<>();
    final TreeMap<String, Long> childWatches = new TreeMap<>();
    private final Simulation simulation;
    private final RandomGenerator random;
    private final Workload workload;
    private final int wantedTimeoutMillis;
    private final boolean mayReadOnly;
    /// How many requests it has under way at most.
    private final int depth;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();

    long session;
    long lastZxid;
    private byte[] password = new byte[16];
    private long connection;
    private boolean open;
    /// Connected to a server without a leader, and whether the session is of such a one.
    private boolean readOnly;
    private boolean readOnlySession;
    private int timeoutMillis;
    private int nextXid = 1;
    private long heardAt;
    private long sentAt;
    /// Writes acknowledged since the session of the moment began, and in all.
    int acknowledged;

    SimulatedClient(Simulation simulation, int id, Scenario scenario) {
        this.simulation = simulation;
        this.id = id;
        wantedTimeoutMillis = scenario.sessionMillis();
        mayReadOnly = scenario.sessions().readOnlyAfterMillis() > 0;
        random = simulation.random;
        workload = new Workload(random, id, scenario);
        depth = random.nextBoolean() ? 40 : 4;
        timeoutMillis = wantedTimeoutMillis;
    }

    void start() {
        simulation.scheduler.after(random.nextLong(300_000_000L), this::live);
        simulation.scheduler.after(random.nextLong(300_000_000L), this::work);
    }

    private void live() {
        long now = simulation.scheduler.now();
        long timeout = timeoutMillis * 1_000_000L;
        if (connection == 0) {
            connect();
        } else if (now - heardAt > timeout * 2 / 3) {
            disconnect();
        } else if (open && now - sentAt > timeout / 3) {
            send(PING_XID, OpCode.PING, new ClientRequest.Ping());
        }
        simulation.scheduler.after(timeout / 8 + random.nextLong(20_000_000L), this::live);
    }

    private void connect() {
        heardAt = simulation.scheduler.now();
        ConnectRequest request = new ConnectRequest(lastZxid, wantedTimeoutMillis, session, password, mayReadOnly);
        connection = simulation.clientLinks.open(this, 1 + random.nextInt(simulation.serverCount()), request);
    }

    /// Gives the connection up; the session stays ours until somebody says otherwise.
    void disconnect() {
        simulation.clientLinks.closeByClient(connection);
        forgetConnection();
    }

    /// The client's process dies without a word; another one takes its place. Returns the session that it leaves
    /// behind.
    long vanish() {
        long left = session;
        simulation.trace(-id, () -> "vanishes, and leaves session 0x" + Long.toHexString(left) + " behind");
        disconnect();
        beginAnew();
        return left;
    }

    private void forgetConnection() {
        connection = 0;
        open = false;
        pending.clear();
        if (readOnlySession) {
            readOnlySession = false;
            session = 0;
            password = new byte[16];
        }
        readOnly = false;
    }

    // --- from the server

    void connected(long from, ConnectResponse response) {
        if (from != connection) {
            return;
        }
        heardAt = simulation.scheduler.now();
        if (response.sessionId() == 0) {
            simulation.trace(-id, () -> "session 0x" + Long.toHexString(session) + " is over");
            simulation.reached.count("client told that its session is over");
            simulation.laws.sessionOver(this);
            disconnect();
            beginAnew();
            return;
        }
        readOnly = Boolean.TRUE.equals(response.readOnly());
        readOnlySession = readOnly && session == 0;
        if (readOnly) {
            simulation.reached.count("client reads at a server without a leader");
        }
        if (session != 0) {
            simulation.reached.count("client came back with its session");
        }
        session = response.sessionId();
        password = response.password();
        timeoutMillis = response.timeoutMillis();
        open = true;
        if (!dataWatches.isEmpty() || !existWatches.isEmpty() || !childWatches.isEmpty()) {
            send(
                    SET_WATCHES_XID,
                    OpCode.SET_WATCHES,
                    new ClientRequest.SetWatches(
                            lastZxid,
                            List.copyOf(dataWatches.keySet()),
                            List.copyOf(existWatches.keySet()),
                            List.copyOf(childWatches.keySet()),
                            null,
                            null,
                            false));
        }
        // What was missed is asked for at once.
        for (int questions = random.nextInt(3); questions > 0; questions--) {
            ask(workload.sync());
        }
    }

    private void beginAnew() {
        session = 0;
        lastZxid = 0;
        password = new byte[16];
        dataWatches.clear();
        existWatches.clear();
        childWatches.clear();
    }

    void replied(long from, Reply reply) {
        if (from != connection) {
            return;
        }
        simulation.trace(-id, () -> Words.of(reply));
        heardAt = simulation.scheduler.now();
        if (readOnly) {
            repliedReadOnly(reply);
            return;
        }
        if (reply.xid() == PING_XID || reply.xid() == SET_WATCHES_XID) {
            if (reply.xid() == SET_WATCHES_XID) {
                // What came and went while we were away, such a watch is not told of.
                existWatches.replaceAll((path, zxid) -> reply.zxid());
            }
            simulation.laws.zxidSeen(this, reply.zxid());
            lastZxid = Math.max(lastZxid, reply.zxid());
            return;
        }
        Pending answered = pending.poll();
        if (answered == null || answered.xid != reply.xid()) {
            throw new Violation("SessionOrder", "reply " + reply.xid() + " to request " + answered);
        }
        simulation.laws.replied(this, answered, reply);
        lastZxid = Math.max(lastZxid, reply.zxid());
        if (reply.error() == ErrorCode.EPHEMERAL_ON_LOCAL_SESSION.code()) {
            simulation.reached.count("ephemeral refused to a local session");
        }
        workload.replied(this, answered.request, reply);
        if (answered.request instanceof ClientRequest.CloseSession) {
            simulation.reached.count("session closed by its client");
            disconnect();
            beginAnew();
        }
    }

    private void repliedReadOnly(Reply reply) {
        if (reply.xid() == PING_XID || reply.xid() == SET_WATCHES_XID) {
            ReadOnlyReads.seen(this, reply.zxid());
        } else {
            Pending answered = pending.remove();
            ReadOnlyReads.replied(this, answered, reply);
            if (answered.request instanceof ClientRequest.CloseSession) {
                disconnect();
                beginAnew();
                return;
            }
        }
        lastZxid = Math.max(lastZxid, reply.zxid());
    }

    void fired(long from, WatchEvent event) {
        if (from == connection) {
            heardAt = simulation.scheduler.now();
            simulation.laws.fired(this, event);
        }
    }

    void closed(long from) {
        if (from == connection) {
            forgetConnection();
        }
    }

    // --- to the server

    private void work() {
        if (open && pending.size() < depth) {
            ask(workload.next(!simulation.faulty()));
        } else if (open && simulation.faulty() && random.nextInt(100) == 0) {
            disconnect();
        }
        simulation.scheduler.after(1_000_000L + random.nextLong(simulation.thinkNanos()), this::work);
    }

    private void ask(Workload.Operation operation) {
        int xid = nextXid++;
        pending.add(new Pending(xid, operation.request(), simulation.laws.shownToClients()));
        simulation.laws.tree.asked(session, xid, operation.request());
        send(xid, operation.opCode(), operation.request());
    }

    private void send(int xid, int opCode, ClientRequest request) {
        sentAt = simulation.scheduler.now();
        simulation.trace(-id, () -> "asks " + xid + ": " + Words.of(request));
        byte[] body = simulation.codec.body(request);
        simulation.clientLinks.request(
                connection, new Event.ClientRequestArrived(connection, xid, opCode, request, body));
    }
}
