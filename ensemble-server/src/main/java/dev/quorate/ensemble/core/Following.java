package dev.quorate.ensemble.core;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.TreeLoader;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A follower, or an observer, which differs in that its acks do not exist (peer-protocol.md §4.4, §5.3). A participant
/// that
/// the configuration does not list follows too; its acks are not counted, and it does not need to know. Nothing is
/// acknowledged before it is durable: what was synchronised first, then the epoch, then ACK(NEWLEADER); and each
/// proposal after its own sync.
final class Following implements Role, ObserverMaster.Upstream {
    private static final int PROTOCOL_VERSION = 0x10000;
    private static final long NOWHERE = -1;

    private enum Stage {
        DISCOVERY,
        /// Receiving what was missed.
        SYNCHRONISATION,
        /// NEWLEADER is here; what was synchronised goes to the log, then the epoch to its file.
        LOGGING,
        STORING_EPOCH,
        /// NEWLEADER is acknowledged.
        WAITING_FOR_UP_TO_DATE,
        BROADCAST
    }

    private static final long OWN = -1;

    /// What the leader will answer in order, for a client of our own or for an observer's at another `link`.
    private record PendingSync(long link, long session, int xid) {}

    private record PendingRevalidation(long link, long session) {}

    private final MemberState state;
    private final EnsembleMember member;
    private final Member leader;
    private final Member feeder;
    private final boolean observer;
    private final boolean snapshotWanted;
    private final long link;
    private final ArrayDeque<TxnEntry> proposed = new ArrayDeque<>();
    private final ArrayDeque<Long> unacknowledged = new ArrayDeque<>();
    private final ArrayDeque<PendingSync> syncs = new ArrayDeque<>();
    private final ArrayDeque<PendingRevalidation> revalidations = new ArrayDeque<>();
    private final Map<Long, Integer> touched = new LinkedHashMap<>();
    /// Reconfigurations that the leader has put in force, by zxid, with who is to lead then.
    private final Map<Long, Long> activations = new HashMap<>();
    /// What the leader's epoch begins with.
    private @Nullable EnsembleConfig leadersConfig;
    private Stage stage = Stage.DISCOVERY;
    private long epoch = -1;
    private boolean epochAcknowledged;
    private long committedUpTo = -1;
    private long logTarget;
    private long heardAt;
    private boolean newLeaderSeen;
    private boolean truncating;
    private @Nullable TreeLoader loader;
    /// A whole tree that is not written yet, and one that is being written.
    private @Nullable DataTree arrived;

    private @Nullable DataTree received;
    private long receivedZxid;
    private long receivedFile;
    private boolean receiving;
    private @Nullable String lostMeanwhile;
    private @Nullable ObserverMaster observers;
    /// By which link each session was used last, while observers are fed here.
    private final Map<Long, Long> usedThrough = new HashMap<>();

    /// An observer may be fed by another server than the leader. `snapshotWanted`: it has told us to cut the log where
    /// it
    /// cannot be cut; only the whole tree helps.
    Following(
            MemberState state,
            EnsembleMember member,
            Member leader,
            Member feeder,
            boolean observer,
            boolean snapshotWanted) {
        this.feeder = feeder;
        this.state = state;
        this.member = member;
        this.leader = leader;
        this.observer = observer;
        this.snapshotWanted = snapshotWanted;
        link = state.nextLink();
        heardAt = state.now;
    }

    void start() {
        state.out.connectToLeader(link, feeder);
    }

    @Override
    public String name() {
        return observer ? "observing" : "following";
    }

    @Override
    public String phase() {
        return switch (stage) {
            case DISCOVERY -> "discovery";
            case SYNCHRONISATION, LOGGING, STORING_EPOCH, WAITING_FOR_UP_TO_DATE -> "synchronization";
            case BROADCAST -> "broadcast";
        };
    }

    @Override
    public long leader() {
        return leader.id();
    }

    @Override
    public boolean serving() {
        return stage == Stage.BROADCAST;
    }

    /// Who tells us what is committed.
    long feeder() {
        return feeder.id();
    }

    int activeObservers() {
        ObserverMaster feeding = observers;
        return feeding == null ? 0 : feeding.active();
    }

    private void send(QuorumPacket packet) {
        state.out.sendToLeader(link, packet);
    }

    /// Gives the leader up. While the disk is being cut, or gets a whole tree, the next election has to wait for it:
    /// the
    /// vote is what the disk says, and what it will say after a restart.
    private void lost(String reason) {
        if (truncating || received != null) {
            lostMeanwhile = reason;
        } else {
            member.lookAgain(reason);
        }
    }

    @Override
    public void leaderConnected(long connected) {
        if (connected == link) {
            heardAt = state.now;
            send(new QuorumPacket.LearnerInfo(
                    observer,
                    state.acceptedEpoch,
                    state.me(),
                    PROTOCOL_VERSION,
                    state.ensemble().version()));
        }
    }

    @Override
    public void leaderLost(long lostLink, String reason) {
        if (lostLink != link) {
            return;
        }
        String what = "lost leader " + feeder.id() + ": " + reason;
        if (stage == Stage.BROADCAST && feeder.id() == leader.id()) {
            member.lookWithout(leader.id(), what);
        } else {
            lost(what);
        }
    }

    @Override
    public void tick() {
        long limit = stage == Stage.BROADCAST ? state.config.syncLimitNanos() : state.config.initLimitNanos();
        if (lostMeanwhile == null && state.now - heardAt > limit) {
            lost("leader " + feeder.id() + " is silent");
        }
        ObserverMaster feeding = observers;
        if (feeding != null) {
            feeding.tick();
        }
    }

    @Override
    public void fromLeader(long from, QuorumPacket packet) {
        if (from != link || lostMeanwhile != null) {
            return;
        }
        heardAt = state.now;
        switch (packet) {
            case QuorumPacket.LeaderInfo info -> epochOffered(info.epoch());
            case QuorumPacket.Diff _ -> begin(packet);
            case QuorumPacket.Trunc trunc -> {
                begin(packet);
                truncating = true;
                state.trace("server " + state.me() + " at " + Zxid.hex(state.lastLogged)
                        + " is told TRUNC: it cuts what its leader never had, after " + Zxid.hex(trunc.zxid()));
                state.snapshots.abortAll();
                state.out.truncate(trunc.zxid());
            }
            case QuorumPacket.Snap snap -> {
                begin(packet);
                receiving = true;
                state.trace("server " + state.me() + " at " + Zxid.hex(state.lastLogged)
                        + " is sent SNAP: the whole tree, as of " + Zxid.hex(snap.zxid()));
                receivedZxid = snap.zxid();
                loader = new TreeLoader(state.config.requests().extendedTypes());
            }
            case QuorumPacket.Proposal proposal -> proposal(proposal.entry());
            case QuorumPacket.Commit commit -> commit(commit.zxid());
            case QuorumPacket.CommitAndActivate commit -> {
                activations.put(commit.zxid(), commit.designatedLeader());
                commit(commit.zxid());
            }
            case QuorumPacket.Inform inform -> informed(inform.entry());
            case QuorumPacket.InformAndActivate inform -> {
                activations.put(inform.entry().zxid(), inform.designatedLeader());
                informed(inform.entry());
            }
            case QuorumPacket.NewLeader newLeader -> newLeader(newLeader);
            case QuorumPacket.UpToDate _ -> upToDate();
            case QuorumPacket.Ping ping -> ping(ping.zxid());
            case QuorumPacket.Sync _ -> synced();
            case QuorumPacket.Revalidated revalidated -> revalidated(revalidated);
            case QuorumPacket.Request _,
                    QuorumPacket.Ack _,
                    QuorumPacket.Revalidate _,
                    QuorumPacket.LearnerInfo _,
                    QuorumPacket.AckEpoch _ ->
                lost("a leader does not send " + packet.getClass().getSimpleName());
        }
    }

    // --- discovery

    private void epochOffered(long offered) {
        if (stage != Stage.DISCOVERY || epoch != -1) {
            lost("LEADERINFO out of turn");
        } else if (offered > state.acceptedEpoch && offered >= state.promisedEpoch) {
            epoch = offered;
            state.promise(offered);
        } else if (offered == state.promisedEpoch
                || (!state.membership().isVoter(state.me()) && offered >= state.currentEpoch)) {
            epoch = offered;
            // This epoch was acknowledged before: it must not count for it twice. (Who has no vote never counts, so
            // what it has promised to a candidate that failed binds it to nothing.)
            epochAcknowledged = true;
            // Nobody's history goes on from nowhere: whoever stands there is sent everything.
            send(new QuorumPacket.AckEpoch(snapshotWanted ? NOWHERE : state.lastLogged, -1));
        } else {
            lost("leader offers epoch " + offered + ", we have accepted " + state.promisedEpoch);
        }
    }

    @Override
    public void acceptedEpochStored(long stored) {
        // A slow disk may say so twice: once for the leader before, who offered the same epoch.
        if (stage == Stage.DISCOVERY && stored == epoch && !epochAcknowledged) {
            epochAcknowledged = true;
            send(new QuorumPacket.AckEpoch(state.lastLogged, (int) state.currentEpoch));
        }
    }

    // --- synchronisation

    private void begin(QuorumPacket packet) {
        if (stage != Stage.DISCOVERY) {
            throw new IllegalStateException(packet.getClass().getSimpleName() + " in stage " + stage);
        }
        stage = Stage.SYNCHRONISATION;
    }

    @Override
    public void snapshotFromLeader(long from, SnapshotChunk chunk) {
        TreeLoader into = loader;
        if (from != link || into == null) {
            return;
        }
        heardAt = state.now;
        String wrong = into.accept(chunk);
        if (wrong != null) {
            lost("snapshot from the leader: " + wrong);
        } else if (chunk instanceof SnapshotChunk.End) {
            loader = null;
            arrived = into.finish(receivedZxid);
            writeArrived();
        }
    }

    /// The configuration that the tree's history goes by comes with NEWLEADER, and must be on disk before that history
    /// is.
    private void writeArrived() {
        DataTree tree = arrived;
        if (tree != null && newLeaderSeen) {
            arrived = null;
            received = tree;
            state.snapshots.abortAll();
            receivedFile = state.snapshots.toFile(tree, receivedZxid, true);
        }
    }

    /// The received tree is on disk: only now it takes the place of the old one, in memory as well (peer-protocol.md
    /// §4.6).
    @Override
    public void snapshotDone(long snapshot, boolean ok) {
        ObserverMaster feeding = observers;
        if (feeding != null) {
            feeding.snapshotDone(snapshot, ok);
        }
        DataTree tree = received;
        if (snapshot != receivedFile || tree == null) {
            return;
        }
        received = null;
        receiving = false;
        if (!ok) {
            lost("the snapshot from the leader could not be written");
            return;
        }
        // Nothing tells which changes led there, so nobody can be told of them.
        state.clients.closeAll();
        state.replaceTree(tree);
        if (state.lastLogged > receivedZxid) {
            // What the leader does not have must not come back with the next restart (peer-protocol.md §8 (8)).
            truncating = true;
            state.out.truncate(receivedZxid);
        } else {
            state.lastLogged = receivedZxid;
            state.lastSynced = receivedZxid;
            goOn();
        }
    }

    @Override
    public void truncated() {
        truncating = false;
        goOn();
    }

    /// The disk is what it was to become.
    private void goOn() {
        String reason = lostMeanwhile;
        if (reason != null) {
            member.lookAgain(reason);
        } else {
            logHistory();
        }
    }

    /// What the leader takes for our last common transaction is here only as a part of a snapshot that goes further.
    @Override
    public void cutRefused() {
        truncating = false;
        String reason = lostMeanwhile;
        if (reason != null) {
            member.lookAgain(reason);
        } else {
            state.trace("server " + state.me() + " cannot cut its log there: it asks its leader for the whole tree");
            member.followForSnapshot(leader, feeder);
        }
    }

    private void newLeader(QuorumPacket.NewLeader newLeader) {
        if (stage != Stage.SYNCHRONISATION || Zxid.epoch(newLeader.zxid()) != epoch) {
            lost("NEWLEADER " + Zxid.hex(newLeader.zxid()) + " out of turn");
            return;
        }
        newLeaderSeen = true;
        String text = newLeader.config();
        EnsembleConfig config = text == null ? null : ConfigText.parse(text);
        if (config != null && !config.voters().isEmpty()) {
            leadersConfig = config;
            state.proposed(config);
        }
        if (!leftForPromise()) {
            writeArrived();
            logHistory();
        }
    }

    /// Who follows without a vote, though it has promised a later epoch to another candidate, must not acknowledge
    /// anything with one: it comes back as a voter, and so there is an epoch that is later still.
    private boolean leftForPromise() {
        boolean leaves =
                !observer && epoch < state.promisedEpoch && state.membership().isVoter(state.me());
        if (leaves) {
            lost("has a vote from now on, and has promised epoch " + state.promisedEpoch);
        }
        return leaves;
    }

    /// Once the base is there and NEWLEADER says that history is complete: what was committed in it goes to the log
    /// and into the tree. What is not committed yet stays pending (peer-protocol.md §8, 4394).
    private void logHistory() {
        if (stage != Stage.SYNCHRONISATION || !newLeaderSeen || truncating || receiving) {
            return;
        }
        stage = Stage.LOGGING;
        state.showConfig();
        while (!proposed.isEmpty() && proposed.peek().zxid() <= committedUpTo) {
            TxnEntry entry = proposed.poll();
            // A fuzzy snapshot may be followed by what it holds already.
            if (entry.zxid() > state.lastLogged) {
                state.append(entry);
            }
            if (!apply(entry)) {
                return;
            }
        }
        if (leftForPromise()) {
            return;
        }
        logTarget = state.lastLogged;
        if (state.lastSynced < logTarget) {
            state.out.syncLog();
        } else {
            storeEpoch();
        }
    }

    private void storeEpoch() {
        stage = Stage.STORING_EPOCH;
        state.out.storeCurrentEpoch(epoch);
    }

    @Override
    public void currentEpochStored(long stored) {
        if (stage == Stage.STORING_EPOCH && stored == epoch) {
            stage = Stage.WAITING_FOR_UP_TO_DATE;
            send(new QuorumPacket.Ack(Zxid.of(epoch, 0)));
        }
    }

    private void upToDate() {
        if (stage != Stage.WAITING_FOR_UP_TO_DATE) {
            lost("UPTODATE out of turn");
            return;
        }
        EnsembleConfig config = leadersConfig;
        if (config != null) {
            if (!isStillProposed(config)) {
                state.activated(config);
            }
            state.forgetProposedBefore(epoch);
            if (isAnotherPlace(null)) {
                member.lookAgain(inForce(config));
                return;
            }
        }
        stage = Stage.BROADCAST;
        send(new QuorumPacket.Ack(Zxid.of(epoch, 0)));
        List<TxnEntry> pending = new ArrayList<>(proposed);
        proposed.clear();
        long committed = committedUpTo;
        member.established(epoch);
        for (TxnEntry entry : pending) {
            if (!proposal(entry)) {
                return;
            }
        }
        while (!proposed.isEmpty() && proposed.peek().zxid() <= committed) {
            if (!apply(proposed.poll())) {
                return;
            }
        }
        if (!observer && state.config.observerMasterPort() > 0) {
            observers = new ObserverMaster(state, this, epoch);
        }
    }

    // --- broadcast

    /// False when this role is over.
    private boolean proposal(TxnEntry entry) {
        proposed.add(entry);
        if (stage == Stage.BROADCAST) {
            state.append(entry);
            if (leftForPromise()) {
                return false;
            }
            if (!observer) {
                unacknowledged.add(entry.zxid());
            }
            state.out.syncLog();
        }
        return true;
    }

    private void commit(long zxid) {
        if (stage != Stage.BROADCAST) {
            committedUpTo = Math.max(committedUpTo, zxid);
            return;
        }
        TxnEntry entry = proposed.poll();
        if (entry == null || entry.zxid() != zxid) {
            lost("COMMIT " + Zxid.hex(zxid) + " where " + (entry == null ? "nothing" : Zxid.hex(entry.zxid()))
                    + " was proposed");
            return;
        }
        apply(entry);
    }

    /// What a reconfiguration says is in force before it takes effect in the tree (peer-protocol.md §7.3). False when
    /// this member has found another place through it: this role is over.
    private boolean apply(TxnEntry entry) {
        Long designated = activations.remove(entry.zxid());
        EnsembleConfig config =
                designated == null || !state.config.reconfiguration().enabled() ? null : MemberState.configIn(entry);
        if (config != null) {
            state.activated(config);
        }
        state.apply(entry);
        ObserverMaster feeding = observers;
        if (feeding != null) {
            feeding.committed(entry, designated);
            if (entry.txn() instanceof Txn.CloseSession) {
                usedThrough.remove(entry.header().sessionId());
            }
        }
        if (config == null || designated == null || !isAnotherPlace(designated)) {
            return true;
        }
        if (stage == Stage.BROADCAST) {
            member.follow(designated, entry.zxid(), inForce(config));
        } else {
            member.lookAgain(inForce(config));
        }
        return false;
    }

    /// ZooKeeper's leader shows to learners that come later what it has proposed meanwhile, as if its epoch had begun
    /// with
    /// that (peer-protocol.md §5.8). What is not in the history that we were sent is not committed yet.
    private boolean isStillProposed(EnsembleConfig config) {
        long version = config.version();
        return Zxid.epoch(version) == epoch && Zxid.counter(version) != 0 && version > state.tree.lastZxid();
    }

    private static String inForce(EnsembleConfig config) {
        return "configuration " + Zxid.hex(config.version()) + " gives it another place";
    }

    /// Whether the configuration in force makes something else of this member, or of its leader (peer-protocol.md
    /// §7.4).
    private boolean isAnotherPlace(@Nullable Long designated) {
        EnsembleConfig config = state.ensemble();
        if (config.isObserver(state.me()) != observer) {
            return true;
        }
        if (designated != null) {
            return designated != leader.id();
        }
        Member now = config.member(leader.id());
        return now == null || !now.votes() || !now.hasQuorumAddressesOf(leader);
    }

    private void informed(TxnEntry entry) {
        proposal(entry);
        commit(entry.zxid());
    }

    @Override
    public void synced(long zxid) {
        if (stage == Stage.LOGGING && zxid >= logTarget) {
            storeEpoch();
        }
        while (!unacknowledged.isEmpty() && unacknowledged.peek() <= zxid) {
            send(new QuorumPacket.Ack(unacknowledged.poll()));
        }
    }

    /// Before UPTODATE pings are not answered: the leader takes nothing but an ACK then (peer-protocol.md §3.2).
    private void ping(long zxid) {
        if (stage != Stage.BROADCAST) {
            return;
        }
        List<QuorumPacket.Touch> touches = new ArrayList<>(touched.size());
        touched.forEach((session, timeout) -> touches.add(new QuorumPacket.Touch(session, timeout)));
        touched.clear();
        send(new QuorumPacket.Ping(zxid, touches));
    }

    private void synced() {
        PendingSync sync = syncs.poll();
        ObserverMaster feeding = observers;
        if (sync != null && sync.link == OWN) {
            state.clients.synced(sync.session, sync.xid);
        } else if (sync != null && feeding != null) {
            feeding.synced(sync.link);
        }
    }

    /// A leader that is not sure takes longer to answer, so the answers come in any order; one to no question was not
    /// asked for here.
    private void revalidated(QuorumPacket.Revalidated answer) {
        PendingRevalidation asked = null;
        for (PendingRevalidation pending : revalidations) {
            if (pending.session == answer.sessionId()) {
                asked = pending;
                break;
            }
        }
        if (asked == null) {
            return;
        }
        revalidations.remove(asked);
        if (answer.valid() && observers != null) {
            usedThrough.put(asked.session, asked.link);
        }
        ObserverMaster feeding = observers;
        if (asked.link == OWN) {
            state.clients.revalidated(answer.sessionId(), answer.valid());
        } else if (feeding != null) {
            feeding.revalidated(asked.link, answer);
        }
    }

    // --- observers

    @Override
    public void learnerAccepted(long observerLink, String address) {
        ObserverMaster feeding = observers;
        if (feeding != null) {
            feeding.accepted(observerLink, address);
        }
    }

    @Override
    public void fromLearner(long observerLink, QuorumPacket packet) {
        ObserverMaster feeding = observers;
        if (feeding != null) {
            feeding.received(observerLink, packet);
        }
    }

    @Override
    public void learnerLost(long observerLink, String reason) {
        ObserverMaster feeding = observers;
        if (feeding != null) {
            feeding.lost(observerLink);
        }
    }

    @Override
    public void request(long observerLink, QuorumPacket.Request request) {
        if (hasMoved(request.sessionId(), observerLink)) {
            return;
        }
        if (request.opCode() == OpCode.SYNC) {
            syncs.add(new PendingSync(observerLink, request.sessionId(), request.cxid()));
        }
        send(request);
    }

    @Override
    public void revalidate(long observerLink, long session, int timeoutMillis) {
        revalidations.add(new PendingRevalidation(observerLink, session));
        send(new QuorumPacket.Revalidate(session, timeoutMillis));
    }

    /// The leader sees one link for all sessions that come through here, so it is for us to see that a client has left
    /// the observer where it was: what may still come from there is older than what it has asked for since.
    private boolean hasMoved(long session, long through) {
        Long now = observers == null ? null : usedThrough.putIfAbsent(session, through);
        return now != null && now != through;
    }

    @Override
    public void gone(long observerLink) {
        usedThrough.values().removeIf(through -> through == observerLink);
    }

    @Override
    public void touched(long session, int timeoutMillis) {
        touched.put(session, timeoutMillis);
    }

    // --- clients

    @Override
    public void submit(long session, int xid, int opCode, ClientRequest request, byte[] body, List<AuthId> ids) {
        if (hasMoved(session, OWN)) {
            return;
        }
        send(new QuorumPacket.Request(session, xid, opCode, body, opCode == OpCode.CREATE_SESSION ? List.of() : ids));
    }

    @Override
    public void sync(long session, int xid, byte[] body) {
        if (hasMoved(session, OWN)) {
            return;
        }
        syncs.add(new PendingSync(OWN, session, xid));
        send(new QuorumPacket.Request(session, xid, OpCode.SYNC, body, List.of()));
    }

    @Override
    public void revalidate(long session, int timeoutMillis) {
        revalidate(OWN, session, timeoutMillis);
    }

    @Override
    public void touch(long session, int timeoutMillis) {
        touched(session, timeoutMillis);
    }

    @Override
    public void leave(String reason) {
        ObserverMaster feeding = observers;
        if (feeding != null) {
            feeding.leave();
        }
        state.out.closeLeader(link, reason);
        if (receivedFile != 0 && received != null) {
            state.snapshots.abort(receivedFile);
        }
    }

    @Override
    public void keepForElection() {
        if (stage == Stage.BROADCAST) {
            proposed.forEach(state::applyForElection);
        }
    }
}
