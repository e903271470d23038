package dev.quorate.ensemble.core;

import dev.quorate.ensemble.core.Learner.Phase;
import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.port.ByteSizes;
import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.request.Reconfiguration;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.zab.CommitRule;
import dev.quorate.ensemble.zab.SyncPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The leader (peer-protocol.md §4, §5): agrees on an epoch with a quorum, brings learners up to where it stands,
/// then proposes and commits. Steps down when a quorum is not with it in time.
final class Leading implements Role, Proposals.Audience {
    private static final int PROTOCOL_VERSION = 0x10000;

    private enum Stage {
        /// Waiting for a quorum to connect, so that the epoch can be chosen.
        EPOCH,
        /// The epoch is offered, and being written here as well: until it is, we have not accepted it ourselves.
        EPOCH_ACKS,
        /// A quorum has agreed. Our own current epoch is being written: until it is, our own ack is missing.
        NEW_LEADER_ACKS,
        BROADCAST
    }

    private final MemberState state;
    private final EnsembleMember member;
    private CommitRule commits;
    private final Map<Long, Learner> learners = new TreeMap<>();
    /// How far each server has acknowledged our history in this epoch.
    private final Map<Long, Long> held = new HashMap<>();
    private Stage stage = Stage.EPOCH;
    private long epoch = -1;
    private long stageDeadline;
    private long pingAt;
    private boolean leaving;
    /// Pings go out in rounds: once a quorum has answered one, this server led when it began.
    private long pingRound;
    private long confirmedRound;
    private boolean roundWanted;
    private @Nullable Proposals proposals;

    /// Who leads instead, once a reconfiguration has taken the leadership away; the zxid is that one's.
    private record Successor(long server, long zxid) {}

    private @Nullable Successor successor;
    private boolean markDue;

    Leading(MemberState state, EnsembleMember member) {
        this.state = state;
        this.member = member;
        commits = new CommitRule(state.membership().rules());
        stageDeadline = state.now + state.config.initLimitNanos();
    }

    void start() {
        state.out.acceptLearners(true);
        chooseEpoch();
    }

    @Override
    public String name() {
        return "leading";
    }

    @Override
    public String phase() {
        return switch (stage) {
            case EPOCH, EPOCH_ACKS -> "discovery";
            case NEW_LEADER_ACKS -> "synchronization";
            case BROADCAST -> "broadcast";
        };
    }

    @Override
    public long leader() {
        return state.me();
    }

    /// The epoch that a quorum has agreed to, -1 before.
    long epochAgreed() {
        return stage.compareTo(Stage.NEW_LEADER_ACKS) < 0 ? -1 : epoch;
    }

    @Override
    public boolean serving() {
        return stage == Stage.BROADCAST;
    }

    /// Learners of a kind that were told to serve, for status.
    int active(Predicate<Learner> kind) {
        int count = 0;
        for (Learner learner : learners.values()) {
            if (learner.phase == Phase.ACTIVE && kind.test(learner)) {
                count++;
            }
        }
        return count;
    }

    ByteSizes proposalSizes() {
        return proposals == null ? ByteSizes.NONE : proposals.sizes();
    }

    int pendingSyncs() {
        int count = 0;
        for (Learner learner : learners.values()) {
            if (learner.phase == Phase.SYNCHRONISING) {
                count++;
            }
        }
        return count;
    }

    /// Of every configuration that counts.
    private boolean isQuorum(Predicate<Learner> with) {
        return state.membership().isQuorum(ourselvesAnd(with));
    }

    /// Epochs are agreed on by a quorum of the configuration in force (peer-protocol.md §7.1).
    private boolean isCommittedQuorum(Predicate<Learner> with) {
        return state.ensemble().isQuorum(ourselvesAnd(with));
    }

    private Set<Long> ourselvesAnd(Predicate<Learner> with) {
        Set<Long> servers = new HashSet<>();
        servers.add(state.me());
        for (Learner learner : learners.values()) {
            if (!learner.observer && with.test(learner)) {
                servers.add(learner.serverId);
            }
        }
        return servers;
    }

    private void enter(Stage next) {
        stage = next;
        stageDeadline = state.now + state.config.initLimitNanos();
    }

    // --- learners come and go

    @Override
    public void learnerAccepted(long link, String address) {
        learners.put(link, new Learner(link, address, state.now));
    }

    @Override
    public void learnerLost(long link, String reason) {
        Learner learner = learners.remove(link);
        if (learner == null) {
            return;
        }
        state.snapshots.abort(learner.snapshot);
        Successor next = successor;
        if (next != null && next.server == learner.serverId) {
            member.follow(next.server, next.zxid, "server " + next.server + " leads instead");
        }
    }

    private void drop(Learner learner, String reason) {
        learners.remove(learner.link);
        // In this order: giving up its snapshot breaks the link, and the reason would be lost.
        state.out.closeLearner(learner.link, reason);
        state.snapshots.abort(learner.snapshot);
    }

    @Override
    public void fromLearner(long link, QuorumPacket packet) {
        Learner learner = learners.get(link);
        if (learner == null) {
            return;
        }
        learner.heardAt = state.now;
        if (learner.phase == Phase.SYNCHRONISING && !(packet instanceof QuorumPacket.Ack)) {
            drop(learner, "first packet after NEWLEADER is no ACK");
            return;
        }
        switch (packet) {
            case QuorumPacket.LearnerInfo info -> informed(learner, info);
            case QuorumPacket.AckEpoch ack -> epochAcked(learner, ack);
            case QuorumPacket.Ack ack -> acked(learner, ack.zxid());
            case QuorumPacket.Ping ping -> {
                touched(ping);
                confirmed(learner);
            }
            case QuorumPacket.Request request -> requested(learner, request);
            case QuorumPacket.Revalidate revalidate -> revalidated(learner, revalidate);
            case QuorumPacket.Proposal _,
                    QuorumPacket.Commit _,
                    QuorumPacket.Revalidated _,
                    QuorumPacket.Sync _,
                    QuorumPacket.Inform _,
                    QuorumPacket.CommitAndActivate _,
                    QuorumPacket.InformAndActivate _,
                    QuorumPacket.NewLeader _,
                    QuorumPacket.UpToDate _,
                    QuorumPacket.Diff _,
                    QuorumPacket.Trunc _,
                    QuorumPacket.Snap _,
                    QuorumPacket.LeaderInfo _ ->
                drop(learner, "a learner does not send " + packet.getClass().getSimpleName());
        }
    }

    // --- discovery

    private void informed(Learner learner, QuorumPacket.LearnerInfo info) {
        if (learner.phase != Phase.CONNECTED) {
            drop(learner, "second LearnerInfo");
            return;
        }
        if (info.protocolVersion() < PROTOCOL_VERSION) {
            drop(learner, "protocol of a server before 3.4");
            return;
        }
        if (info.serverId() == state.me()) {
            drop(learner, "claims to be server " + state.me() + ", which is this one");
            return;
        }
        if (info.configVersion() > state.ensemble().version()) {
            drop(learner, "knows a newer configuration, version " + Long.toHexString(info.configVersion()));
            return;
        }
        for (Learner other : new ArrayList<>(learners.values())) {
            if (other != learner && other.serverId == info.serverId() && other.phase != Phase.CONNECTED) {
                drop(other, "server " + info.serverId() + " has come back on another link");
            }
        }
        learner.serverId = info.serverId();
        learner.observer = info.observer();
        learner.acceptedEpoch = info.acceptedEpoch();
        learner.phase = Phase.INFORMED;
        if (stage == Stage.EPOCH) {
            chooseEpoch();
        } else if (info.acceptedEpoch() > epoch
                && !info.observer()
                && state.membership().isVoter(info.serverId())) {
            // It must not follow us, and would be missing until the next election: so there is one now.
            state.laterEpoch = info.acceptedEpoch();
            member.lookAgain("server " + info.serverId() + " has accepted epoch " + info.acceptedEpoch()
                    + ", later than our " + epoch);
        } else {
            state.out.sendToLearner(learner.link, new QuorumPacket.LeaderInfo(epoch, PROTOCOL_VERSION));
        }
    }

    /// The epoch is one more than any that a member of a quorum has accepted, so nobody has followed another leader in
    /// it.
    private void chooseEpoch() {
        if (stage != Stage.EPOCH || !isCommittedQuorum(learner -> learner.isAtLeast(Phase.INFORMED))) {
            return;
        }
        epoch = Math.max(state.promisedEpoch, state.laterEpoch) + 1;
        for (Learner learner : learners.values()) {
            if (learner.isAtLeast(Phase.INFORMED)) {
                epoch = Math.max(epoch, learner.acceptedEpoch + 1);
            }
        }
        enter(Stage.EPOCH_ACKS);
        state.promise(epoch);
        if (state.membership().lastSeen().version() == 0) {
            // Configurations have versions from the first leader on (peer-protocol.md §5.8).
            state.proposed(state.ensemble().withVersion(Zxid.of(epoch, 0)));
        }
        for (Learner learner : learners.values()) {
            if (learner.phase == Phase.INFORMED) {
                state.out.sendToLearner(learner.link, new QuorumPacket.LeaderInfo(epoch, PROTOCOL_VERSION));
            }
        }
    }

    @Override
    public void acceptedEpochStored(long stored) {
        countEpochAcks();
    }

    private void epochAcked(Learner learner, QuorumPacket.AckEpoch ack) {
        if (learner.phase != Phase.INFORMED || stage == Stage.EPOCH) {
            drop(learner, "ACKEPOCH out of turn");
            return;
        }
        learner.zxid = ack.lastZxid();
        learner.currentEpoch = ack.currentEpoch();
        if (stage == Stage.EPOCH_ACKS && isAheadOfUs(learner, ack)) {
            drop(learner, "is ahead of us: epoch " + ack.currentEpoch() + ", zxid " + Zxid.hex(ack.lastZxid()));
            return;
        }
        if (ack.lastZxid() < held.getOrDefault(learner.serverId, 0L) && !learner.observer) {
            state.trace("server " + learner.serverId + " at " + learner.address + " had acknowledged "
                    + Zxid.hex(held.getOrDefault(learner.serverId, 0L)) + " and comes back with "
                    + Zxid.hex(ack.lastZxid()) + ": its disk went back in time; it counts when it is synchronised");
        }
        learner.phase = Phase.EPOCH_ACKED;
        if (stage == Stage.EPOCH_ACKS) {
            countEpochAcks();
        } else {
            synchroniseWhoWaits();
        }
    }

    /// Only voters of the configuration in force count by their zxid: nothing was committed without a quorum of them.
    /// (Where the proposed one has come into force, its voters say so, or have a later epoch.)
    private boolean isAheadOfUs(Learner learner, QuorumPacket.AckEpoch ack) {
        return ack.currentEpoch() != -1
                && (ack.currentEpoch() > state.currentEpoch
                        || (ack.currentEpoch() == state.currentEpoch
                                && ack.lastZxid() > state.lastLogged
                                && state.ensemble().isVoter(learner.serverId)));
    }

    /// Both configurations have a say while one is proposed, more than in ZooKeeper: what a quorum of the proposed one
    /// has
    /// committed alone, once it was in force, must be in the history that this epoch begins with.
    private void countEpochAcks() {
        boolean agreed = isQuorum(
                learner -> learner.isAtLeast(Phase.EPOCH_ACKED) && learner.currentEpoch != -1 && learner.zxid != -1);
        if (stage != Stage.EPOCH_ACKS || !agreed || state.acceptedEpoch < epoch) {
            return;
        }
        enter(Stage.NEW_LEADER_ACKS);
        state.out.storeCurrentEpoch(epoch);
        synchroniseWhoWaits();
    }

    @Override
    public void currentEpochStored(long stored) {
        synchroniseWhoWaits();
        countNewLeaderAcks();
    }

    // --- synchronisation

    /// While a configuration is proposed, learners get an epoch only after the leader's own disk has it: voters of the
    /// proposed configuration may not stand for election, so if they alone had it, nobody could lead them any more.
    private void synchroniseWhoWaits() {
        boolean agreed = stage.compareTo(Stage.NEW_LEADER_ACKS) >= 0;
        if (!agreed || (state.membership().isPending() && state.currentEpoch != epoch)) {
            return;
        }
        for (Learner learner : new ArrayList<>(learners.values())) {
            if (learner.phase == Phase.EPOCH_ACKED) {
                synchronise(learner);
            }
        }
    }

    /// From here on the learner gets everything that is proposed, behind what it missed: both happen in one step, so
    /// nothing falls between (peer-protocol.md §8, TLA+ a).
    private void synchronise(Learner learner) {
        commits.forget(learner.serverId);
        held.remove(learner.serverId);
        SyncPlan plan = SyncPlan.choose(learner.zxid, state.committed, state.tree.lastZxid());
        switch (plan) {
            case SyncPlan.Diff diff -> {
                state.out.sendToLearner(learner.link, new QuorumPacket.Diff(diff.zxid()));
                sendHistory(learner, diff.missing());
            }
            case SyncPlan.Truncate truncate -> {
                state.out.sendToLearner(learner.link, new QuorumPacket.Trunc(truncate.zxid()));
                sendHistory(learner, truncate.missing());
            }
            case SyncPlan.Snapshot _ -> {
                state.out.sendToLearner(learner.link, new QuorumPacket.Snap(state.tree.lastZxid()));
                learner.snapshot = state.snapshots.toLearner(learner.link);
            }
        }
        if (proposals != null && !learner.observer) {
            for (TxnEntry entry : proposals.outstanding()) {
                state.out.sendToLearner(learner.link, new QuorumPacket.Proposal(entry));
            }
        }
        learner.synchronisedTo = state.tree.lastZxid();
        learner.phase = Phase.SYNCHRONISING;
        // The epoch begins with what was last seen. One that is proposed in it is in force only once it is committed,
        // and
        // a learner takes what stands here to be in force when it is told to serve.
        EnsembleConfig config =
                stage == Stage.BROADCAST ? state.ensemble() : state.membership().lastSeen();
        state.out.sendToLearner(learner.link, new QuorumPacket.NewLeader(Zxid.of(epoch, 0), ConfigText.format(config)));
        state.trace("server " + learner.serverId + " at " + Zxid.hex(learner.zxid) + " is synchronised by "
                + plan.getClass().getSimpleName());
    }

    private void sendHistory(Learner learner, List<TxnEntry> missing) {
        for (TxnEntry entry : missing) {
            state.out.sendToLearner(learner.link, new QuorumPacket.Proposal(entry));
            state.out.sendToLearner(learner.link, new QuorumPacket.Commit(entry.zxid()));
        }
    }

    private void acked(Learner learner, long zxid) {
        if (learner.phase == Phase.SYNCHRONISING) {
            if (zxid != Zxid.of(epoch, 0)) {
                drop(learner, "acknowledges " + Zxid.hex(zxid) + " instead of NEWLEADER");
                return;
            }
            // The zxid that an epoch begins with is nobody's txn.
            if (Zxid.counter(learner.synchronisedTo) != 0) {
                held.put(learner.serverId, learner.synchronisedTo);
            }
            learner.phase = Phase.SYNCHRONISED;
            if (stage == Stage.BROADCAST) {
                activate(learner);
            } else {
                countNewLeaderAcks();
            }
        } else if (learner.phase == Phase.ACTIVE && !learner.observer && Zxid.counter(zxid) != 0) {
            commits.ack(learner.serverId, zxid);
            held.merge(learner.serverId, zxid, Math::max);
            commit();
        }
    }

    private void activate(Learner learner) {
        learner.phase = Phase.ACTIVE;
        state.out.sendToLearner(learner.link, new QuorumPacket.UpToDate());
    }

    private void countNewLeaderAcks() {
        boolean durable = state.currentEpoch == epoch && state.lastSynced >= state.lastLogged;
        if (stage == Stage.NEW_LEADER_ACKS && durable && isQuorum(learner -> learner.isAtLeast(Phase.SYNCHRONISED))) {
            broadcast();
        }
    }

    /// A quorum has our history: it is committed, and the epoch may begin (peer-protocol.md §5.8).
    private void broadcast() {
        Member before = state.membership().member(state.me());
        state.activated(state.membership().lastSeen());
        if (!mayGoOn(before)) {
            // Whoever looks for a leader next hears from us which configuration is in force.
            member.lookAgain("configuration " + Zxid.hex(state.ensemble().version()) + " has another place for it");
            return;
        }
        enter(Stage.BROADCAST);
        commits = new CommitRule(state.membership().rules());
        state.tree.lastZxid(Zxid.of(epoch, 0));
        proposals = new Proposals(state, this, Zxid.of(epoch, state.config.initialCounter()));
        pingAt = state.now;
        for (Learner learner : learners.values()) {
            if (learner.phase == Phase.SYNCHRONISED) {
                activate(learner);
            }
        }
        member.established(epoch);
    }

    // --- broadcast

    @Override
    public void synced(long zxid) {
        if (stage == Stage.BROADCAST) {
            commits.ack(state.me(), zxid);
            commit();
        } else {
            countNewLeaderAcks();
        }
    }

    private void commit() {
        Proposals active = proposals;
        if (active != null) {
            active.commitTo(commits.committable());
            if (markDue) {
                markDue = false;
                active.mark();
            }
        }
    }

    /// Whether a leader that stood there in the configuration before may lead in the one in force.
    private boolean mayGoOn(@Nullable Member before) {
        Member now = state.ensemble().member(state.me());
        return before != null && now != null && now.votes() && now.hasQuorumAddressesOf(before);
    }

    @Override
    public boolean mayCommit() {
        return successor == null;
    }

    @Override
    public Reconfiguration reconfigure(ClientRequest.Reconfig request, long zxid) {
        // A follower that was made an observer leaves soon, and acknowledges nothing when it is back.
        Set<Long> synced = ourselvesAnd(learner ->
                learner.isAtLeast(Phase.SYNCHRONISED) && !state.ensemble().isObserver(learner.serverId));
        return Reconfiguration.decide(
                request,
                state.membership(),
                new TreeSet<>(synced),
                zxid,
                state.config.reconfiguration().standaloneEnabled());
    }

    /// A quorum of the old and of the new configuration has the reconfiguration: it is in force before it takes effect
    /// anywhere (peer-protocol.md §7.3). What was proposed meanwhile needs both of them to the end.
    private long activate(TxnEntry entry, EnsembleConfig config) {
        Member before = state.ensemble().member(state.me());
        state.activated(config);
        Proposals active = proposals;
        if (active != null) {
            commits.require(active.lastProposed() + 1, state.membership().rules());
            // What is outstanding may wait for voters who have no vote any more; a proposal behind the activation frees
            // it.
            markDue = active.lastProposed() > entry.zxid();
        }
        if (mayGoOn(before)) {
            return state.me();
        }
        TreeSet<Long> others = new TreeSet<>(config.voters());
        others.remove(state.me());
        if (others.isEmpty()) {
            return state.me();
        }
        long next = commits.furthest(others);
        successor = new Successor(next, entry.zxid());
        state.trace("server " + next + " leads from " + Zxid.hex(entry.zxid()) + " on");
        return next;
    }

    @Override
    public void proposed(TxnEntry entry) {
        if (entry.txn() instanceof Txn.Reconfig) {
            commits.require(entry.zxid(), state.membership().rules());
        }
        QuorumPacket packet = new QuorumPacket.Proposal(entry);
        for (Learner learner : learners.values()) {
            if (!learner.observer && learner.isAtLeast(Phase.SYNCHRONISING)) {
                state.out.sendToLearner(learner.link, packet);
            }
        }
    }

    @Override
    public void committed(TxnEntry entry) {
        QuorumPacket commit = new QuorumPacket.Commit(entry.zxid());
        QuorumPacket inform = new QuorumPacket.Inform(entry);
        EnsembleConfig config = state.config.reconfiguration().enabled() ? MemberState.configIn(entry) : null;
        if (config != null) {
            long designated = activate(entry, config);
            commit = new QuorumPacket.CommitAndActivate(entry.zxid(), designated);
            inform = new QuorumPacket.InformAndActivate(entry, designated);
        }
        for (Learner learner : learners.values()) {
            if (learner.isAtLeast(Phase.SYNCHRONISING)) {
                state.out.sendToLearner(learner.link, learner.observer ? inform : commit);
            }
        }
    }

    @Override
    public void synced(long link, long session, int xid) {
        if (link == Proposals.LOCAL) {
            state.clients.synced(session, xid);
        } else if (learners.containsKey(link)) {
            state.out.sendToLearner(link, new QuorumPacket.Sync(0));
        }
    }

    /// A round that began before the question came proves nothing; so it is the next one, which begins at once if none
    /// is under way.
    @Override
    public long roundForQuestion() {
        long next = pingRound + 1;
        if (confirmedRound == pingRound) {
            ping();
        } else {
            roundWanted = true;
        }
        return next;
    }

    private void confirmed(Learner learner) {
        Long round = learner.pinged.poll();
        if (round != null) {
            learner.confirmedRound = round;
            confirm(round);
        }
    }

    private void confirm(long round) {
        Proposals active = proposals;
        if (active == null || round <= confirmedRound || !isQuorum(learner -> learner.confirmedRound >= round)) {
            return;
        }
        confirmedRound = round;
        active.confirmed(round);
        if (roundWanted && confirmedRound == pingRound) {
            ping();
        }
    }

    private void touched(QuorumPacket.Ping ping) {
        List<QuorumPacket.Touch> touches = ping.touches();
        Proposals active = proposals;
        if (touches != null && active != null) {
            touches.forEach(touch -> active.touch(touch.sessionId(), touch.timeoutMillis()));
        }
    }

    private void requested(Learner learner, QuorumPacket.Request request) {
        Proposals active = proposals;
        if (active == null || !learner.isAtLeast(Phase.SYNCHRONISED)) {
            drop(learner, "request before it was told to serve");
            return;
        }
        if (leaving) {
            return; // the learner asks the next leader
        }
        if (request.opCode() == OpCode.SYNC) {
            active.sync(learner.link, request.sessionId(), request.cxid());
            return;
        }
        ClientRequest decoded = state.codec.decodeRequest(request.opCode(), request.body());
        active.submit(learner.link, request.sessionId(), request.cxid(), request.opCode(), decoded, request.authInfo());
    }

    private void revalidated(Learner learner, QuorumPacket.Revalidate revalidate) {
        Proposals active = proposals;
        if (active == null) {
            drop(learner, "request before it was told to serve");
            return;
        }
        active.revalidate(learner.link, revalidate.sessionId(), revalidate.timeoutMillis());
    }

    @Override
    public void revalidated(long link, long session, boolean valid) {
        if (link == Proposals.LOCAL) {
            state.clients.revalidated(session, valid);
        } else if (learners.containsKey(link)) {
            state.out.sendToLearner(link, new QuorumPacket.Revalidated(session, valid));
        }
    }

    @Override
    public void submit(long session, int xid, int opCode, ClientRequest request, byte[] body, List<AuthId> ids) {
        Proposals active = proposals;
        if (active != null) {
            active.submit(Proposals.LOCAL, session, xid, opCode, request, ids);
        }
    }

    @Override
    public void sync(long session, int xid, byte[] body) {
        Proposals active = proposals;
        if (active != null) {
            active.sync(Proposals.LOCAL, session, xid);
        }
    }

    @Override
    public void revalidate(long session, int timeoutMillis) {
        Proposals active = proposals;
        if (active != null) {
            active.revalidate(Proposals.LOCAL, session, timeoutMillis);
        }
    }

    @Override
    public void touch(long session, int timeoutMillis) {
        Proposals active = proposals;
        if (active != null) {
            active.touch(session, timeoutMillis);
        }
    }

    @Override
    public void snapshotDone(long snapshot, boolean ok) {
        for (Learner learner : new ArrayList<>(learners.values())) {
            if (learner.snapshot == snapshot) {
                learner.snapshot = 0;
                learner.heardAt = state.now;
                if (!ok) {
                    drop(learner, "its snapshot could not be sent");
                }
            }
        }
    }

    // --- liveness

    @Override
    public void tick() {
        if (stage != Stage.BROADCAST && state.now >= stageDeadline) {
            member.lookAgain("no quorum for " + phase() + " within initLimit");
            return;
        }
        dropSilent();
        if (state.now >= pingAt) {
            pingAt = state.now + state.config.tickNanos() / 2;
            ping();
        }
        Proposals active = proposals;
        if (active == null) {
            return;
        }
        if (!isQuorum(learner -> learner.isAtLeast(Phase.SYNCHRONISED))) {
            member.lookAgain("a quorum does not follow any more");
        } else if (active.exhausted()) {
            member.lookAgain("epoch " + epoch + " has no zxid left");
        } else if (!leaving) {
            active.tick();
        }
    }

    private void dropSilent() {
        for (Learner learner : new ArrayList<>(learners.values())) {
            long limit =
                    state.config.syncLimitNanos() + (learner.phase == Phase.ACTIVE ? 0 : state.config.initLimitNanos());
            if (learner.snapshot == 0 && state.now - learner.heardAt > limit) {
                drop(learner, "server " + learner.serverId + " is silent");
            }
        }
    }

    private void ping() {
        Proposals active = proposals;
        long zxid = active == null ? Zxid.of(Math.max(0, epoch), 0) : active.lastProposed();
        QuorumPacket ping = new QuorumPacket.Ping(zxid, null);
        pingRound++;
        roundWanted = false;
        for (Learner learner : learners.values()) {
            if (learner.isAtLeast(Phase.SYNCHRONISING) && learner.snapshot == 0) {
                state.out.sendToLearner(learner.link, ping);
                if (learner.phase == Phase.ACTIVE) {
                    learner.pinged.add(pingRound);
                }
            }
        }
        confirm(pingRound);
    }

    @Override
    public void quiesce() {
        leaving = true;
    }

    /// What is committed is with a quorum, so whom the followers elect has it.
    @Override
    public boolean isQuiet() {
        Proposals active = proposals;
        return active == null || active.isQuiet();
    }

    @Override
    public void leave(String reason) {
        state.out.acceptLearners(false);
        for (Learner learner : learners.values()) {
            state.snapshots.abort(learner.snapshot);
        }
    }

    @Override
    public void keepForElection() {
        Proposals active = proposals;
        if (active != null) {
            active.keepForElection();
        }
    }
}
