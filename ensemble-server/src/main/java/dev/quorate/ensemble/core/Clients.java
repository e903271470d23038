package dev.quorate.ensemble.core;

import dev.quorate.ensemble.core.Connection.Phase;
import dev.quorate.ensemble.core.Connection.Waiting;
import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.ConnectRequest;
import dev.quorate.ensemble.message.ConnectResponse;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.ReplyBody;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.ZnodePath;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.request.Authentication;
import dev.quorate.ensemble.request.Permissions;
import dev.quorate.ensemble.request.ReadResult;
import dev.quorate.ensemble.request.Replies;
import dev.quorate.ensemble.session.SessionIds;
import dev.quorate.ensemble.tree.ApplyResult;
import dev.quorate.ensemble.tree.TreeChange;
import dev.quorate.ensemble.tree.Znode;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.watch.WatchTables;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Client connections of this server: sessions opened and taken up, requests answered in the order of each
/// connection, watches told. What needs the ensemble goes to the [Role].
///
/// A server that loses its leader keeps its clients for a while ([#park]): requests wait, nothing is answered, and no
/// ping either, so that a client notices a long silence by itself. What takes effect meanwhile is kept and told once
/// the server serves again ([#resume]), because until then it may still turn out never to have been committed.
final class Clients implements WatchTables.Reader, WatchTables.Sink {
    private static final long SESSIONLESS_NANOS = 10_000_000_000L;
    private static final int PING_XID = -2;
    private static final byte[] NO_PASSWORD = new byte[16];
    private static final byte[] NO_BODY = new byte[0];
    /// A server that missed more than this while it had no leader sends its clients away: they read anew elsewhere.
    private static final int MISSED_MAX = 10_000;

    /// A transaction that took effect while clients were parked.
    private record Missed(TxnEntry entry, ApplyResult result) {}

    private final MemberState state;
    private final Permissions permissions;
    private final Authentication authentication;
    private final Map<Long, Connection> connections = new TreeMap<>();
    private final Map<Long, Connection> bySession = new HashMap<>();
    private final LocalSessions local;
    private SessionIds sessionIds = new SessionIds(0, 0);
    private Role role = Looking.NONE;
    private final List<Missed> missed = new ArrayList<>();
    private boolean parked;
    private boolean readOnly;
    private boolean quiescing;
    private long parkedAt;
    private long epochBefore;
    private int outstanding;

    Clients(MemberState state) {
        this.state = state;
        permissions = new Permissions(state.config.requests());
        authentication = new Authentication(state.config.requests());
        local = new LocalSessions(state.config.tickMillis());
    }

    /// From now on sessions are created with ids that no earlier life of this server gave out.
    void sessionIds(SessionIds ids) {
        sessionIds = ids;
    }

    void role(Role newRole) {
        role = newRole;
        if (readOnly && !(newRole instanceof Looking)) {
            endReadOnly();
        }
    }

    // --- without a leader, for those who only want to read

    boolean readOnly() {
        return readOnly;
    }

    /// No leader has been found for a while: whoever is content with reading may read what this server has. All others
    /// wait for the rest of the grace period, or are sent away.
    void beginReadOnly() {
        readOnly = true;
        for (Connection connection : new ArrayList<>(connections.values())) {
            ConnectRequest request = connection.connect;
            if (connection.phase == Phase.ACCEPTED && request != null && mayBeReadOnly(request)) {
                connect(connection, request);
            }
        }
    }

    /// A leader is there: its clients are served with its word only, and find it by themselves.
    private void endReadOnly() {
        readOnly = false;
        for (Connection connection : new ArrayList<>(connections.values())) {
            if (connection.readOnly) {
                close(connection, "");
            }
        }
        local.closeReadOnly();
    }

    /// A session of the ensemble may have moved or ended elsewhere; one that nobody here knows may be one of those.
    private boolean mayBeReadOnly(ConnectRequest request) {
        return Boolean.TRUE.equals(request.readOnly())
                && (request.sessionId() == 0 || local.contains(request.sessionId()));
    }

    Iterable<Connection> connections() {
        return connections.values();
    }

    LocalSessions local() {
        return local;
    }

    // --- connections

    void accepted(long id, String address, List<AuthId> ids) {
        if ((role.serving() || parked || readOnly) && !quiescing) {
            connections.put(id, new Connection(id, address, ids, state.now));
        } else {
            state.out.closeClient(id, "");
        }
    }

    void closed(long id) {
        Connection connection = connections.remove(id);
        if (connection != null) {
            drop(connection);
        }
    }

    private void drop(Connection connection) {
        state.watches.removeConnection(connection.id);
        bySession.remove(connection.session, connection);
        for (Waiting waiting : connection.queue) {
            if (waiting.ensemble()) {
                outstanding--;
            }
        }
        connection.queue.clear();
    }

    private void close(Connection connection, String reason) {
        connections.remove(connection.id);
        drop(connection);
        state.out.closeClient(connection.id, reason);
    }

    /// The leader is lost: clients and their requests wait for the next one, at most for the grace period.
    void park() {
        if (state.config.electionGraceNanos() == 0) {
            closeAll();
        } else if (!parked) {
            parked = true;
            parkedAt = state.now;
            epochBefore = state.currentEpoch;
        }
    }

    /// The server is to stop: what is under way is still answered, nothing more is read.
    void quiesce() {
        quiescing = true;
        for (Connection connection : connections.values()) {
            connection.reading = false;
            state.out.readClient(connection.id, false);
        }
    }

    /// No request waits for the ensemble.
    boolean isQuiet() {
        return outstanding == 0;
    }

    /// The log was cut: what came after `zxid` never happened.
    void cutAfter(long zxid) {
        missed.removeIf(m -> m.entry.zxid() > zxid);
    }

    /// This server does not serve any more: all clients go elsewhere.
    void closeAll() {
        closeParked();
        for (Connection connection : new ArrayList<>(connections.values())) {
            close(connection, "");
        }
    }

    /// All but those who only read.
    private void closeParked() {
        parked = false;
        missed.clear();
        for (Connection connection : new ArrayList<>(connections.values())) {
            if (!connection.readOnly) {
                close(connection, "");
            }
        }
    }

    /// Whoever connects and says nothing does not stay, and nobody waits longer than the grace period for a leader.
    void tick() {
        if (parked && state.now - parkedAt > state.config.electionGraceNanos()) {
            closeParked();
        }
        for (long session : local.expire(state.now)) {
            Connection connection = bySession.get(session);
            if (connection != null) {
                close(connection, "local session 0x" + Long.toHexString(session) + " expired");
            }
        }
        List<Connection> silent = new ArrayList<>();
        for (Connection connection : connections.values()) {
            if (connection.phase == Phase.ACCEPTED
                    && connection.connect == null
                    && state.now - connection.acceptedAt > SESSIONLESS_NANOS) {
                silent.add(connection);
            }
        }
        silent.forEach(connection -> close(connection, "no session after 10 s"));
    }

    // --- sessions

    void connect(long id, ConnectRequest request) {
        Connection connection = connections.get(id);
        if (connection == null || quiescing) {
            return;
        }
        if (connection.phase != Phase.ACCEPTED || connection.connect != null) {
            close(connection, "second connect request");
            return;
        }
        connection.connect = request;
        if (readOnly && mayBeReadOnly(request)) {
            connect(connection, request);
        } else if (readOnly && !parked) {
            close(
                    connection,
                    Boolean.TRUE.equals(request.readOnly())
                            ? "session 0x" + Long.toHexString(request.sessionId())
                                    + " needs a leader, this server only reads"
                            : "client wants to write, this server only reads");
        } else if (!parked) {
            connect(connection, request);
        }
    }

    private void connect(Connection connection, ConnectRequest request) {
        if (request.lastZxidSeen() > state.tree.lastZxid()) {
            close(
                    connection,
                    "client has seen zxid " + Zxid.hex(request.lastZxidSeen()) + ", ours is "
                            + Zxid.hex(state.tree.lastZxid()));
            return;
        }
        connection.timeoutMillis = Math.clamp(
                request.timeoutMillis(),
                state.config.sessionTimeoutMinMillis(),
                state.config.sessionTimeoutMaxMillis());
        connection.phase = Phase.CONNECTING;
        connection.readOnly = readOnly;
        state.out.readClient(connection.id, false);
        connection.reading = false;
        if (request.sessionId() == 0) {
            connection.session = sessionIds.next();
            bySession.put(connection.session, connection);
            if (readOnly) {
                local.openReadOnly(connection.session, connection.timeoutMillis, state.now);
                opened(connection, true);
            } else if (state.config.localSessions()) {
                local.open(connection.session, connection.timeoutMillis, state.now);
                opened(connection, true);
            } else {
                create(connection);
            }
        } else {
            takeUp(connection, request);
        }
    }

    private void create(Connection connection) {
        role.submit(
                connection.session,
                0,
                OpCode.CREATE_SESSION,
                new ClientRequest.CreateSession(connection.timeoutMillis),
                ByteBuffer.allocate(4).putInt(connection.timeoutMillis).array(),
                connection.ids);
    }

    private void takeUp(Connection connection, ConnectRequest request) {
        Connection before = bySession.get(request.sessionId());
        if (before != null) {
            close(before, "");
        }
        connection.session = request.sessionId();
        bySession.put(connection.session, connection);
        if (!Arrays.equals(request.password(), SessionIds.password(connection.session))) {
            opened(connection, false);
        } else if (local.touch(connection.session, connection.timeoutMillis, state.now)) {
            opened(connection, true);
        } else {
            role.revalidate(connection.session, connection.timeoutMillis);
        }
    }

    /// The leader's word on a session that came back.
    void revalidated(long session, boolean valid) {
        Connection connection = bySession.get(session);
        if (connection != null && connection.phase == Phase.CONNECTING) {
            opened(connection, valid);
        }
    }

    private void opened(Connection connection, boolean valid) {
        ConnectRequest request = connection.connect;
        Boolean answered = request == null || request.readOnly() == null ? null : connection.readOnly;
        connection.connect = null;
        if (!valid) {
            state.out.connected(connection.id, new ConnectResponse(0, 0, NO_PASSWORD, answered));
            close(connection, "");
            return;
        }
        connection.phase = Phase.OPEN;
        connection.openedAt = state.lastLogged;
        connection.touchedAt = state.now;
        state.out.connected(
                connection.id,
                new ConnectResponse(
                        connection.timeoutMillis,
                        connection.session,
                        SessionIds.password(connection.session),
                        answered));
        resumeReading(connection);
    }

    private void resumeReading(Connection connection) {
        if (!quiescing) {
            connection.reading = true;
            state.out.readClient(connection.id, true);
        }
    }

    // --- requests

    void request(long id, int xid, int opCode, ClientRequest request, byte[] body) {
        Connection connection = connections.get(id);
        if (connection == null || connection.phase == Phase.CLOSING || quiescing) {
            return;
        }
        if (connection.phase != Phase.OPEN) {
            close(connection, "request before a session is there");
            return;
        }
        touch(connection);
        if (connection.readOnly && OpCode.needsLeader(opCode)) {
            state.out.reply(id, new Reply(xid, state.tree.lastZxid(), ErrorCode.NOT_READ_ONLY.code(), ReplyBody.EMPTY));
        } else if (request instanceof ClientRequest.Auth auth) {
            authenticate(connection, xid, auth);
        } else if (request instanceof ClientRequest.CloseSession && isLocal(connection.session)) {
            connection.phase = Phase.CLOSING;
            inTurn(connection, new Waiting(xid, opCode, request, connection.ids, null));
        } else if (isWrite(request)) {
            Waiting waiting = new Waiting(xid, opCode, request, connection.ids, body);
            enqueue(connection, waiting);
            if (request instanceof ClientRequest.CloseSession) {
                connection.phase = Phase.CLOSING;
            }
            forward(connection, waiting);
        } else if (request instanceof ClientRequest.Sync) {
            Waiting waiting = new Waiting(xid, opCode, request, connection.ids, body);
            enqueue(connection, waiting);
            forward(connection, waiting);
        } else {
            inTurn(connection, new Waiting(xid, opCode, request, connection.ids, null));
        }
    }

    private void inTurn(Connection connection, Waiting waiting) {
        if (connection.queue.isEmpty() && (!parked || connection.readOnly)) {
            answer(connection, waiting);
        } else {
            enqueue(connection, waiting);
        }
    }

    /// The ensemble does not know the session and is not being told of it.
    private boolean isLocal(long session) {
        return local.contains(session) && !local.isUpgrading(session);
    }

    /// Hands a write or a sync to the role; while clients are parked it waits for [#resume].
    private void forward(Connection connection, Waiting waiting) {
        byte[] body = waiting.body();
        if (parked || body == null) {
            return;
        }
        if (waiting.request() instanceof ClientRequest.Sync) {
            role.sync(connection.session, waiting.xid(), body);
        } else {
            if (state.config.sessions().upgrading()
                    && LocalSessions.needsEnsemble(waiting.request())
                    && local.beginUpgrade(connection.session)) {
                create(connection);
            }
            role.submit(connection.session, waiting.xid(), waiting.opCode(), waiting.request(), body, waiting.ids());
        }
    }

    private void touch(Connection connection) {
        // Often enough for the buckets of the leader, and seldom enough to cost nothing.
        if (state.now - connection.touchedAt >= state.config.tickNanos() / 4) {
            connection.touchedAt = state.now;
            if (!local.touch(connection.session, connection.timeoutMillis, state.now)) {
                role.touch(connection.session, connection.timeoutMillis);
            }
        }
    }

    private void enqueue(Connection connection, Waiting waiting) {
        connection.queue.add(waiting);
        if (waiting.ensemble()) {
            outstanding++;
        }
        if (connection.reading && connection.queue.size() >= state.config.outstandingPerConnectionMax()) {
            connection.reading = false;
            state.out.readClient(connection.id, false);
        }
    }

    private static boolean isWrite(ClientRequest request) {
        return switch (request) {
            case ClientRequest.Create _,
                    ClientRequest.Delete _,
                    ClientRequest.SetData _,
                    ClientRequest.SetAcl _,
                    ClientRequest.Multi _,
                    ClientRequest.Reconfig _,
                    ClientRequest.CloseSession _ -> true;
            case ClientRequest.Undecodable undecodable -> undecodable.opCode() == OpCode.MULTI;
            default -> false;
        };
    }

    private void authenticate(Connection connection, int xid, ClientRequest.Auth auth) {
        List<AuthId> proven = authentication.authenticate(auth.scheme(), auth.auth());
        if (proven == null) {
            state.out.reply(connection.id, new Reply(xid, 0, ErrorCode.AUTH_FAILED.code(), ReplyBody.EMPTY));
            close(connection, "authentication with scheme " + auth.scheme() + " failed");
            return;
        }
        List<AuthId> ids = new ArrayList<>(connection.ids);
        proven.stream().filter(id -> !ids.contains(id)).forEach(ids::add);
        connection.ids = List.copyOf(ids);
        state.out.reply(connection.id, new Reply(xid, 0, 0, ReplyBody.EMPTY));
    }

    /// A read whose turn has come.
    private void answer(Connection connection, Waiting waiting) {
        ClientRequest request = waiting.request();
        if (request instanceof ClientRequest.Unknown || request instanceof ClientRequest.Check) {
            state.out.reply(
                    connection.id, new Reply(waiting.xid(), -1, ErrorCode.UNIMPLEMENTED.code(), ReplyBody.EMPTY));
            close(connection, "operation " + waiting.opCode() + " is not for clients");
            return;
        }
        if (request instanceof ClientRequest.CloseSession && !isLocal(connection.session)) {
            // It was upgraded by what came before: now the ensemble has to close it.
            Waiting closing = new Waiting(waiting.xid(), waiting.opCode(), request, waiting.ids(), NO_BODY);
            enqueue(connection, closing);
            forward(connection, closing);
            return;
        }
        if (request instanceof ClientRequest.CloseSession) {
            state.out.reply(connection.id, new Reply(waiting.xid(), state.tree.lastZxid(), 0, ReplyBody.EMPTY));
            local.close(connection.session);
            close(connection, "");
            return;
        }
        ReadResult result = state.reads.evaluate(request, connection.id, connection.session, waiting.ids(), this);
        int xid = request instanceof ClientRequest.Ping ? PING_XID : waiting.xid();
        state.out.reply(
                connection.id,
                new Reply(xid, state.tree.lastZxid(), result.error().code(), result.body()));
    }

    /// Answers what stands in front of the queue and waits for nobody.
    private void drain(Connection connection) {
        if (parked) {
            return;
        }
        while (true) {
            Waiting waiting = connection.queue.peek();
            if (waiting == null || waiting.ensemble()) {
                break;
            }
            connection.queue.poll();
            answer(connection, waiting);
            if (!connections.containsKey(connection.id)) {
                return;
            }
        }
        if (!connection.reading
                && connection.phase == Phase.OPEN
                && connection.queue.size() <= state.config.outstandingPerConnectionMax() / 2) {
            resumeReading(connection);
        }
    }

    /// The sync that stands first in the session's queue is done.
    void synced(long session, int xid) {
        Connection connection = bySession.get(session);
        Waiting waiting = connection == null ? null : connection.queue.peek();
        if (connection == null
                || waiting == null
                || waiting.xid() != xid
                || !(waiting.request() instanceof ClientRequest.Sync sync)) {
            return;
        }
        connection.queue.poll();
        outstanding--;
        state.out.reply(connection.id, new Reply(xid, state.tree.lastZxid(), 0, new ReplyBody.PathOnly(sync.path())));
        drain(connection);
    }

    /// A transaction has been applied: first the watches, then who asked for it.
    void applied(TxnEntry entry, ApplyResult result) {
        if (!parked) {
            fire(entry, result);
            tell(entry, result);
        } else if (connections.isEmpty()) {
            missed.clear();
        } else if (missed.size() == MISSED_MAX) {
            closeAll();
        } else {
            missed.add(new Missed(entry, result));
        }
    }

    private void fire(TxnEntry entry, ApplyResult result) {
        List<TreeChange> changes = result.changes();
        for (int i = 0; i < changes.size(); i++) {
            TreeChange change = changes.get(i);
            state.watches.fire(change.type(), change.path(), change.acl(), entry.zxid(), this, this);
        }
    }

    /// `/zookeeper/config` says something else from now on, whether or not the transaction that proposed it comes here:
    /// as in ZooKeeper, whoever watches is told when it is in force, and again by the transaction if there is one.
    /// Parked clients too: it is committed.
    void configShown(long version) {
        Znode node = state.tree.get(ZnodePath.CONFIG);
        if (node != null) {
            List<Acl> acl = state.tree.acl(node);
            state.watches.fire(WatchEvent.Type.NODE_DATA_CHANGED, ZnodePath.CONFIG, acl, version, this, this);
        }
    }

    private void tell(TxnEntry entry, ApplyResult result) {
        Connection connection = bySession.get(entry.header().sessionId());
        if (entry.txn() instanceof Txn.CreateSession) {
            local.close(entry.header().sessionId());
            if (connection != null && connection.phase == Phase.CONNECTING) {
                opened(connection, true);
            }
            return;
        }
        if (connection == null) {
            return;
        }
        Waiting waiting = connection.queue.peek();
        if (waiting != null
                && waiting.ensemble()
                && waiting.xid() == entry.header().cxid()
                && !(waiting.request() instanceof ClientRequest.Sync)) {
            answerWrite(connection, waiting, entry, result);
        } else if (entry.txn() instanceof Txn.CloseSession) {
            close(connection, "");
        } else if (hasMoved(connection, entry)) {
            connection.left = true;
        }
    }

    /// The session has written through another server since it was opened here: its client has left this
    /// connection, and what may still come through it is older. The leader says so with SESSION_MOVED, but a
    /// new leader does not know who owns a session until it is used: the connection does not outlive an
    /// election.
    private static boolean hasMoved(Connection connection, TxnEntry entry) {
        int cxid = entry.header().cxid();
        return connection.phase == Phase.OPEN
                && entry.zxid() > connection.openedAt
                && cxid != 0
                && !(entry.txn() instanceof Txn.Error)
                && connection.queue.stream().noneMatch(waiting -> waiting.xid() == cxid);
    }

    private void answerWrite(Connection connection, Waiting waiting, TxnEntry entry, ApplyResult result) {
        connection.queue.poll();
        outstanding--;
        if (result.error() == ErrorCode.SESSION_MOVED.code()) {
            close(connection, "session 0x" + Long.toHexString(connection.session) + " has moved to another server");
            return;
        }
        ReplyBody body = Replies.body(waiting.request(), entry.txn(), result);
        boolean unknownToLeader = result.error() == ErrorCode.SESSION_EXPIRED.code() && isLocal(connection.session);
        int error = unknownToLeader ? ErrorCode.EPHEMERAL_ON_LOCAL_SESSION.code() : result.error();
        state.out.reply(connection.id, new Reply(waiting.xid(), entry.zxid(), error, body));
        if (entry.txn() instanceof Txn.CloseSession) {
            close(connection, "");
        } else {
            drain(connection);
        }
    }

    // --- the leader is back

    /// The server serves again and its history is committed: clients learn what they missed, then requests go on.
    void resume() {
        local.forgetUpgrades();
        if (!parked) {
            return;
        }
        List<Missed> told = List.copyOf(missed);
        missed.clear();
        told.forEach(this::tellMissed);
        // From here on reads are answered: they see all that has just been told.
        parked = false;
        boolean newEpoch = state.currentEpoch > epochBefore;
        for (Connection connection : new ArrayList<>(connections.values())) {
            switch (connection.phase) {
                case ACCEPTED -> {
                    ConnectRequest request = connection.connect;
                    if (request != null) {
                        connect(connection, request);
                    }
                }
                case CONNECTING -> resumeConnecting(connection, newEpoch);
                case OPEN, CLOSING -> resumeRequests(connection, newEpoch);
            }
        }
    }

    private void tellMissed(Missed m) {
        fire(m.entry, m.result);
        Connection connection = bySession.get(m.entry.header().sessionId());
        int cxid = m.entry.header().cxid();
        if (connection != null && isBehindOthers(connection, cxid)) {
            // What stands before it should have been answered from a state that is gone.
            close(connection, "the leader was lost with requests under way that can no longer be answered in order");
        } else {
            tell(m.entry, m.result);
        }
    }

    private static boolean isBehindOthers(Connection connection, int xid) {
        return connection.queue.stream().skip(1).anyMatch(waiting -> waiting.ensemble() && waiting.xid() == xid);
    }

    private void resumeConnecting(Connection connection, boolean newEpoch) {
        ConnectRequest request = connection.connect;
        if (request != null && request.sessionId() != 0) {
            role.revalidate(connection.session, connection.timeoutMillis);
        } else if (newEpoch) {
            create(connection);
        } else {
            close(connection, "the leader was lost while the session was being created");
        }
    }

    /// A write that is not in the new epoch's history never will be: it can be asked for again. Back with the same
    /// leader in the same epoch it may still be on its way there, so nobody can say what became of it.
    private void resumeRequests(Connection connection, boolean newEpoch) {
        if (!state.tree.sessions().containsKey(connection.session) && !local.contains(connection.session)) {
            close(connection, "the session ended while there was no leader");
            return;
        }
        if (connection.left) {
            close(connection, "session 0x" + Long.toHexString(connection.session) + " has moved to another server");
            return;
        }
        boolean inDoubt =
                connection.queue.stream().anyMatch(w -> w.ensemble() && !(w.request() instanceof ClientRequest.Sync));
        if (inDoubt && !newEpoch) {
            close(connection, "the leader was lost with a write under way");
            return;
        }
        drain(connection);
        for (Waiting waiting : List.copyOf(connection.queue)) {
            forward(connection, waiting);
        }
    }

    // --- watches

    @Override
    public boolean mayRead(long connection, @Nullable List<Acl> acl) {
        Connection watcher = connections.get(connection);
        return watcher != null && permissions.allows(acl, Acl.READ, watcher.ids);
    }

    @Override
    public void fired(long connection, WatchEvent event) {
        state.out.watchFired(connection, event);
    }
}
