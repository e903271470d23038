package dev.quorate.ensemble.core;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.port.ByteSizes;
import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.request.PendingChanges;
import dev.quorate.ensemble.request.Preparer;
import dev.quorate.ensemble.request.Reconfiguration;
import dev.quorate.ensemble.session.SessionTable;
import dev.quorate.ensemble.tree.Znode;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnDigest;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.txn.TxnHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The one writer of an ensemble (peer-protocol.md §5.2): turns requests into transactions with ascending zxids,
/// keeps what is outstanding, and applies it in order once the role says that it is committed. Also the keeper of
/// sessions and the reaper of containers.
final class Proposals {
    /// Who is told of each proposal and each commit, before it is applied here.
    interface Audience {
        void proposed(TxnEntry entry);

        void committed(TxnEntry entry);

        /// Whether commits go on: not once the leadership was given away.
        boolean mayCommit();

        /// What a request to change the members comes to, if it is proposed with this zxid.
        Reconfiguration reconfigure(ClientRequest.Reconfig request, long zxid);

        /// A sync asked for through `link` is due.
        void synced(long link, long session, int xid);

        /// Whether a session that came back through `link` lives.
        void revalidated(long link, long session, boolean valid);

        /// The round of confirmations that a question has to wait for which comes now: see [#confirmed].
        long roundForQuestion();
    }

    /// The link of this server's own clients.
    static final long LOCAL = -1;

    private static final long UNCLAIMED = 0;
    private static final List<AuthId> NOBODY = List.of();

    /// To be answered once everything proposed before it is committed and a quorum has confirmed, after it came, that
    /// this server still leads: a leader that was deposed and does not know it yet has nothing to say.
    private record Question(long afterZxid, long round, Runnable answer) {}

    private final MemberState state;
    private final Audience audience;
    private final SessionTable sessions;
    private final PendingChanges pending = new PendingChanges();
    private final Preparer preparer;
    private final ArrayDeque<TxnEntry> outstanding = new ArrayDeque<>();
    private final ArrayDeque<Question> questions = new ArrayDeque<>();
    private long lastProposed;
    private ByteSizes sizes = ByteSizes.NONE;
    private long lastCommitted;
    private long confirmedRound;
    private long reapAt;

    /// Starts after `lastZxid`; every session of the tree gets its whole timeout from now.
    Proposals(MemberState state, Audience audience, long lastZxid) {
        this.state = state;
        this.audience = audience;
        lastProposed = lastZxid;
        lastCommitted = lastZxid;
        sessions = new SessionTable(state.config.tickMillis());
        preparer = new Preparer(state.config.requests(), state.tree, pending);
        state.tree.sessions().forEach((session, timeout) -> sessions.add(session, timeout, state.now));
        reapAt = state.now + state.config.reaperIntervalMillis() * 1_000_000L;
    }

    long lastProposed() {
        return lastProposed;
    }

    /// The epoch has no zxid left to give: the leader has to hand over to another epoch.
    boolean exhausted() {
        return !state.config.standalone() && Zxid.counter(lastProposed) >= Zxid.MAX_COUNTER - 1;
    }

    /// Of the proposals so far.
    ByteSizes sizes() {
        return sizes;
    }

    Iterable<TxnEntry> outstanding() {
        return outstanding;
    }

    boolean isQuiet() {
        return outstanding.isEmpty();
    }

    // --- requests

    /// A write that came through a link. Every one becomes a transaction, failures too.
    void submit(long link, long session, int cxid, int opCode, ClientRequest request, List<AuthId> ids) {
        ErrorCode refusal = admit(link, session, opCode, request);
        if (refusal == ErrorCode.OK && request instanceof ClientRequest.Reconfig reconfig) {
            propose(session, cxid, reconfigure(reconfig, ids));
        } else if (refusal == ErrorCode.OK) {
            propose(session, cxid, prepare(request, session, ids, ephemeral(link, session)));
        } else {
            propose(session, cxid, new Txn.Error(refusal.code()));
        }
    }

    /// A refusal is a transaction like any error; its reason is worth a line, since the client gets a code only.
    private Txn reconfigure(ClientRequest.Reconfig request, List<AuthId> ids) {
        long zxid = lastProposed + 1;
        Reconfiguration outcome = !state.config.reconfiguration().enabled()
                ? new Reconfiguration.Refused(ErrorCode.RECONFIG_DISABLED, "reconfigEnabled is not true")
                : audience.reconfigure(request, zxid);
        return switch (outcome) {
            case Reconfiguration.Accepted accepted -> {
                Txn txn = preparer.reconfigure(ConfigText.format(accepted.config()), ids, zxid, state.wallMillis);
                state.trace(
                        txn instanceof Txn.Error
                                ? "reconfig refused, NO_AUTH: the client may not write /zookeeper/config"
                                : "reconfig to version " + Zxid.hex(zxid) + ": participants "
                                        + accepted.config().voters());
                yield txn;
            }
            case Reconfiguration.Refused refused -> {
                state.trace("reconfig refused, " + refused.code() + ": " + refused.reason());
                yield new Txn.Error(refused.code().code());
            }
        };
    }

    private ErrorCode admit(long link, long session, int opCode, ClientRequest request) {
        if (request instanceof ClientRequest.CreateSession create) {
            sessions.add(session, create.timeoutMillis(), state.now);
            sessions.owner(session, link);
            return ErrorCode.OK;
        }
        if (!sessions.contains(session) && isLocal(session)) {
            return ErrorCode.OK;
        }
        if (!sessions.contains(session) || sessions.isClosing(session)) {
            return ErrorCode.SESSION_EXPIRED;
        }
        long owner = sessions.owner(session);
        if (owner == UNCLAIMED) {
            sessions.owner(session, link);
        } else if (owner != link) {
            return ErrorCode.SESSION_MOVED;
        }
        if (opCode == OpCode.CLOSE_SESSION) {
            sessions.close(session);
        }
        return ErrorCode.OK;
    }

    /// Nobody but its own server knows whether a local session exists.
    private boolean isLocal(long session) {
        return state.config.localSessions()
                && (LocalSessions.serverOf(session) != state.me()
                        || state.clients.local().contains(session));
    }

    /// How creating an ephemeral fails for this session. A learner says itself that the session is local (it knows).
    private ErrorCode ephemeral(long link, long session) {
        if (sessions.contains(session)) {
            return ErrorCode.OK;
        }
        return link == LOCAL ? ErrorCode.EPHEMERAL_ON_LOCAL_SESSION : ErrorCode.SESSION_EXPIRED;
    }

    private Txn prepare(ClientRequest request, long session, List<AuthId> ids) {
        return prepare(request, session, ids, ErrorCode.OK);
    }

    private Txn prepare(ClientRequest request, long session, List<AuthId> ids, ErrorCode ephemeral) {
        return preparer.prepare(request, session, ids, lastProposed + 1, state.wallMillis, ephemeral);
    }

    /// Nothing once the epoch has no zxid left: its leader steps down, and what was asked for is asked of the next one.
    private void propose(long session, int cxid, Txn txn) {
        if (exhausted()) {
            return;
        }
        TxnHeader header = new TxnHeader(session, cxid, ++lastProposed, state.wallMillis, txn.type());
        TxnDigest digest = state.config.requests().digests() && !(txn instanceof Txn.Error)
                ? new TxnDigest(TxnDigest.VERSION, pending.treeDigest(state.tree))
                : null;
        TxnEntry entry = state.codec.encode(header, txn, digest);
        sizes = sizes.and(entry.bytes().length);
        outstanding.add(entry);
        state.append(entry);
        audience.proposed(entry);
        state.out.syncLog();
    }

    /// Proposes what changes nothing, as a failed request does: whoever acknowledges it has heard all that was said
    /// before.
    void mark() {
        propose(0, 0, new Txn.Error(ErrorCode.RUNTIME_INCONSISTENCY.code()));
    }

    void sync(long link, long session, int xid) {
        ask(() -> audience.synced(link, session, xid));
    }

    private void ask(Runnable answer) {
        questions.add(new Question(lastProposed, audience.roundForQuestion(), answer));
        answer();
    }

    /// A quorum still followed when this round began.
    void confirmed(long round) {
        confirmedRound = Math.max(confirmedRound, round);
        answer();
    }

    private void answer() {
        while (!questions.isEmpty()
                && questions.peek().afterZxid <= lastCommitted
                && questions.peek().round <= confirmedRound) {
            questions.remove().answer.run();
        }
    }

    /// Everything up to `zxid` is committed: tell the others, then let it take effect.
    void commitTo(long zxid) {
        while (!outstanding.isEmpty() && outstanding.peek().zxid() <= zxid && audience.mayCommit()) {
            TxnEntry entry = outstanding.poll();
            // Proposed after these questions came, and acknowledged by a quorum: that is a confirmation, too. And no
            // sync may fall behind a later write of its session.
            while (!questions.isEmpty() && questions.peek().afterZxid < entry.zxid()) {
                questions.remove().answer.run();
            }
            audience.committed(entry);
            state.apply(entry);
            pending.applied(entry.zxid());
            if (entry.txn() instanceof Txn.CloseSession) {
                // A learner that has not heard of it for longer is not a learner any more.
                sessions.end(entry.header().sessionId(), state.now + 2 * state.config.syncLimitNanos());
            }
            lastCommitted = entry.zxid();
            answer();
        }
    }

    /// The role ends: what is outstanding stands in the log.
    void keepForElection() {
        outstanding.forEach(state::applyForElection);
        outstanding.clear();
    }

    // --- sessions and what dies by itself

    boolean touch(long session, int timeoutMillis) {
        return sessions.touch(session, timeoutMillis, state.now);
    }

    /// The session is used through this link from now on, if it lives. Who is told that it does not will rely on its
    /// ephemerals being gone; so that is not said on suspicion.
    void revalidate(long link, long session, int timeoutMillis) {
        if (claim(link, session, timeoutMillis)) {
            audience.revalidated(link, session, true);
        } else {
            ask(() -> audience.revalidated(link, session, claim(link, session, timeoutMillis)));
        }
    }

    private boolean claim(long link, long session, int timeoutMillis) {
        if (!sessions.touch(session, timeoutMillis, state.now)) {
            return false;
        }
        sessions.owner(session, link);
        return true;
    }

    void tick() {
        for (long session : sessions.expire(state.now)) {
            state.trace("session 0x" + Long.toHexString(session) + " expired");
            propose(session, 0, prepare(new ClientRequest.CloseSession(), session, NOBODY));
        }
        if (state.now >= reapAt) {
            reapAt = state.now + state.config.reaperIntervalMillis() * 1_000_000L;
            reap();
        }
    }

    /// Containers that had children and have none, and TTL znodes past their time (client-protocol.md §14).
    private void reap() {
        for (String path : new ArrayList<>(state.tree.reapable())) {
            Znode node = state.tree.get(path);
            if (node != null && isOver(node)) {
                Txn txn = prepare(new ClientRequest.DeleteContainer(path), 0, NOBODY);
                if (!(txn instanceof Txn.Error)) {
                    propose(0, 0, txn);
                }
            }
        }
    }

    private boolean isOver(Znode node) {
        if (node.childCount() > 0) {
            return false;
        }
        if (EphemeralOwner.isContainer(node.owner())) {
            return node.createCount() > 0;
        }
        return state.wallMillis - node.mtime() > EphemeralOwner.ttlMillis(node.owner());
    }
}
