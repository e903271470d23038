package dev.quorate.ensemble.core;

import dev.quorate.ensemble.election.Election;
import dev.quorate.ensemble.election.Vote;
import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.Notification.PeerState;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.port.ByteSizes;
import dev.quorate.ensemble.port.TxnCodec;
import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.session.SessionIds;
import dev.quorate.ensemble.tree.TreeLoader;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A member of an ensemble, or a server alone. See the package for the contract with whoever runs it. The roles and how
/// it moves between them:
///
/// - `Standalone` from start to end where the configuration has no members.
/// - `Looking` at the start and whenever a role is lost: an election runs; nobody is served.
/// - `Looking` → `Leading` when the election is won; → `Following` (also as observer) when somebody else has won.
/// - `Leading` → `Looking` when no quorum comes or stays, or the epoch has no zxid left.
/// - `Following` → `Looking` when the leader is lost, silent, or says something that it must not.
/// - `Following` → `Following` or `Leading` without an election when a reconfiguration names another leader or gives
///   this member another role; `Leading` → `Following` when it has taken the leadership away (peer-protocol.md §7.5).
public final class EnsembleMember {
    final MemberState state;
    Role role = Looking.NONE;
    private Vote vote = new Vote(-1, 0, 0, 0);
    private long round;
    private boolean started;
    private int feederTries;
    private boolean stopped;
    /// An orderly stop is under way; it is over by then at the latest.
    private boolean stopping;
    private long stopBy;
    private long roleSinceMillis;
    private @Nullable Election election;
    /// Who is no voter and asked for the leader while there was none.
    private final SortedSet<Long> curious = new TreeSet<>();
    private final Claims claims = new Claims();
    private @Nullable TreeLoader reloading;

    /// `random` decides when snapshots are due, so that servers do not take them all at once.
    public EnsembleMember(MemberConfig config, Recovered recovered, TxnCodec codec, RandomGenerator random) {
        state = new MemberState(config, recovered, codec, random);
    }

    /// Takes one event. `nowNanos` never goes back, `wallMillis` may.
    public void step(Event event, long nowNanos, long wallMillis, Outbox outbox) {
        if (stopped) {
            return;
        }
        state.out = outbox;
        state.now = nowNanos;
        state.wallMillis = wallMillis;
        if (!started) {
            started = true;
            start();
        }
        handle(event);
        stopOnceQuiet();
        decide();
        state.out = NoOutbox.INSTANCE;
    }

    private void start() {
        state.clients.sessionIds(new SessionIds(state.config.standalone() ? 1 : state.me(), state.wallMillis));
        state.showConfig();
        if (state.config.standalone()) {
            state.tree.dropOrphanEphemerals();
            enter(new Standalone(state));
            state.snapshots.resume();
        } else {
            look();
        }
    }

    private void enter(Role next) {
        role = next;
        state.clients.role(next);
        roleSinceMillis = state.wallMillis;
        state.trace("server " + state.me() + " is " + next.name() + ", epoch " + state.currentEpoch + ", last zxid "
                + Zxid.hex(state.lastLogged));
    }

    private void handle(Event event) {
        switch (event) {
            case Event.Tick _ -> tick();
            case Event.ClientAccepted accepted ->
                state.clients.accepted(accepted.connection(), accepted.remoteAddress(), accepted.identities());
            case Event.ClientConnect connect -> state.clients.connect(connect.connection(), connect.request());
            case Event.ClientRequestArrived arrived ->
                state.clients.request(
                        arrived.connection(), arrived.xid(), arrived.opCode(), arrived.request(), arrived.body());
            case Event.ClientClosed closed -> state.clients.closed(closed.connection());
            case Event.NotificationArrived arrived -> notified(arrived.from(), arrived.notification());
            case Event.LeaderConnected connected -> role.leaderConnected(connected.link());
            case Event.FromLeader from -> role.fromLeader(from.link(), from.packet());
            case Event.SnapshotFromLeader from -> role.snapshotFromLeader(from.link(), from.chunk());
            case Event.LeaderLost lost -> role.leaderLost(lost.link(), lost.reason());
            case Event.LearnerAccepted accepted -> role.learnerAccepted(accepted.link(), accepted.remoteAddress());
            case Event.FromLearner from -> role.fromLearner(from.link(), from.packet());
            case Event.LearnerLost lost -> role.learnerLost(lost.link(), lost.reason());
            case Event.LogSynced synced -> {
                state.lastSynced = Math.max(state.lastSynced, synced.zxid());
                role.synced(synced.zxid());
            }
            case Event.AcceptedEpochStored stored -> {
                state.acceptedEpoch = Math.max(state.acceptedEpoch, stored.epoch());
                role.acceptedEpochStored(stored.epoch());
            }
            case Event.CurrentEpochStored stored -> {
                state.currentEpoch = Math.max(state.currentEpoch, stored.epoch());
                role.currentEpochStored(stored.epoch());
            }
            case Event.SnapshotReloaded reloaded -> reload(reloaded);
            case Event.Truncated truncated -> truncated(truncated);
            case Event.CutRefused _ -> role.cutRefused();
            case Event.SnapshotChunkTaken taken -> state.snapshots.taken(taken.snapshot());
            case Event.SnapshotDone done -> {
                state.snapshots.done(done.snapshot(), done.ok());
                role.snapshotDone(done.snapshot(), done.ok());
            }
            case Event.StorageFailed failed -> stop(failed.reason());
            case Event.Stop _ -> quiesce();
        }
    }

    private void tick() {
        state.clients.tick();
        if (role instanceof Looking looking) {
            if (looking.timeToSend(state.now)) {
                tellEverybody();
            }
            readOnly(looking);
        }
        role.tick();
    }

    /// A server that was never told of any history has nothing to show.
    private void readOnly(Looking looking) {
        if (!state.clients.readOnly()
                && state.lastLogged >= 0
                && looking.nanos(state.now) > state.config.readOnlyAfterNanos()) {
            state.trace("server " + state.me() + " finds no leader, and serves those who only read, from zxid "
                    + Zxid.hex(state.tree.lastZxid()));
            state.clients.beginReadOnly();
        }
    }

    /// An orderly stop: nothing new is taken, and what is under way still gets its outcome. A leader leaves when all
    /// that it has proposed is committed, so a follower has everything; followers see the links close, and elect.
    private void quiesce() {
        if (!stopping) {
            stopping = true;
            stopBy = state.now + state.config.syncLimitNanos();
            state.clients.quiesce();
            role.quiesce();
            state.trace("server " + state.me() + " is to stop: it takes nothing new");
        }
    }

    private void stopOnceQuiet() {
        boolean quiet = !role.serving() || (state.clients.isQuiet() && role.isQuiet());
        if (stopping && !stopped && (quiet || state.now - stopBy >= 0)) {
            stop("");
        }
    }

    private void stop(String fatal) {
        // Clients first: what the role leaves uncommitted is nobody's business.
        state.clients.closeAll();
        role.leave("this server stops");
        state.snapshots.abortAll();
        stopped = true;
        state.out.stopped(fatal);
    }

    // --- election

    /// The role is lost: clients wait, and another election begins.
    void lookAgain(String reason) {
        if (giveUp(reason)) {
            look();
        }
    }

    /// False when this server stops anyway: without a vote that others would wait for.
    private boolean giveUp(String reason) {
        state.trace("server " + state.me() + " stops " + role.name() + ": " + reason);
        if (stopping) {
            stop("");
            return false;
        }
        state.snapshots.pause();
        state.clients.park();
        role.leave(reason);
        role.keepForElection();
        return true;
    }

    /// The connection to the leader broke: so it is known to be gone.
    void lookWithout(long leader, String reason) {
        lookAgain(reason);
        Election running = election;
        if (running != null) {
            running.goOnWithout(leader);
        }
    }

    /// Back to the same leader, this time for the whole tree.
    void followForSnapshot(Member leader, Member feeder) {
        role.leave("needs the whole tree");
        Following following =
                new Following(state, this, leader, feeder, state.ensemble().isObserver(state.me()), true);
        enter(following);
        following.start();
    }

    private void look() {
        round++;
        // Who does not stand takes whom the others name; but an empty disk has no vote, whatever is proposed.
        Vote initial;
        if (state.ensemble().isVoter(state.me())) {
            initial = new Vote(state.me(), state.lastLogged, round, state.currentEpoch);
        } else if (state.ensemble().isObserver(state.me())
                || (state.membership().isVoter(state.me()) && state.lastLogged >= 0)) {
            initial = new Vote(Vote.NOBODY, Vote.NOBODY, round, Vote.NOBODY);
        } else {
            initial = new Vote(Vote.NOBODY, state.lastLogged, round, state.currentEpoch);
        }
        election = new Election(state.me(), state.membership(), initial, round, state.now);
        enter(new Looking(election, state.now));
        tellEverybody();
    }

    private void tellEverybody() {
        Election running = election;
        if (running != null) {
            for (long server : running.audience()) {
                state.out.notify(server, notification(running.proposal(), PeerState.LOOKING));
            }
        }
    }

    private Notification notification(Vote of, PeerState as) {
        return new Notification(as, of.leader(), of.zxid(), of.round(), of.peerEpoch(), 2, state.configText());
    }

    private PeerState peerState() {
        return switch (role) {
            case Looking _, Standalone _ -> PeerState.LOOKING;
            case Leading _ -> PeerState.LEADING;
            case Following following ->
                following.name().equals("observing") ? PeerState.OBSERVING : PeerState.FOLLOWING;
        };
    }

    private void notified(long from, Notification notification) {
        if (role instanceof Standalone) {
            return;
        }
        if (election != null && adopts(notification)) {
            return;
        }
        // There is an election just as long as the role is Looking.
        Election running = election;
        String doubt = claims.heard(from, notification);
        if (!doubt.isEmpty()) {
            state.trace(doubt);
        }
        if (!state.membership().isVoter(from) || claims.doubt(from)) {
            // This is how observers find the leader (peer-protocol.md §2.5).
            Vote answer = running == null ? vote.inRound(round) : running.proposal();
            state.out.notify(from, notification(answer, peerState()));
            if (running != null) {
                curious.add(from);
            }
        } else if (running != null) {
            if (running.receive(from, notification, state.now)) {
                tellEverybody();
            } else if (running.isBehind(notification)) {
                state.out.notify(from, notification(running.proposal(), PeerState.LOOKING));
            }
        } else if (notification.state() == PeerState.LOOKING) {
            state.out.notify(from, notification(vote, peerState()));
        }
    }

    /// Whoever has no leader takes over a newer configuration from whoever knows one (peer-protocol.md §2.5), and
    /// begins anew if it says something else, or what was proposed is not any more.
    private boolean adopts(Notification notification) {
        if (notification.version() < 2
                || !state.config.reconfiguration().enabled()
                || notification.config().equals(state.configText())) {
            return false;
        }
        Membership before = state.membership();
        EnsembleConfig told = ConfigText.parse(notification.config());
        if (told == null
                || told.version() <= before.committed().version()
                || told.voters().isEmpty()) {
            return false;
        }
        state.activated(told);
        if (told.saysTheSameAs(before.committed()) && !before.isPending()) {
            return false;
        }
        look();
        return true;
    }

    private void decide() {
        Election running = election;
        if (stopped || !(role instanceof Looking looking) || running == null) {
            return;
        }
        Vote decision = looking.decision();
        if (decision == null) {
            return;
        }
        round = running.round();
        begin(decision);
    }

    private void begin(Vote decision) {
        vote = decision;
        election = null;
        Member leader = state.membership().member(decision.leader());
        if (decision.leader() == state.me()) {
            Leading leading = new Leading(state, this);
            enter(leading);
            leading.start();
        } else if (leader != null) {
            boolean observer = state.ensemble().isObserver(state.me());
            Following following =
                    new Following(state, this, leader, observer ? feeder(leader) : leader, observer, false);
            enter(following);
            following.start();
        }
        // They would ask again, but only after a while.
        curious.forEach(server -> state.out.notify(server, notification(vote, peerState())));
        curious.clear();
    }

    /// Whom an observer connects to: where followers feed observers one of these in turn, and the leader as the last.
    private Member feeder(Member leader) {
        int port = state.config.observerMasterPort();
        List<Member> feeders = new ArrayList<>();
        for (Member member : state.ensemble().members().values()) {
            if (port > 0 && member.votes() && member.id() != leader.id()) {
                feeders.add(member.withQuorumPort(port));
            }
        }
        Collections.rotate(feeders, (int) state.me());
        feeders.add(leader);
        return feeders.get(Math.floorMod(feederTries++, feeders.size()));
    }

    /// A reconfiguration that is in force since `zxid` says who leads now, or makes something else of this member: no
    /// election is needed (peer-protocol.md §7.4).
    void follow(long leader, long zxid, String reason) {
        if (state.membership().member(leader) == null) {
            lookAgain(reason);
        } else if (giveUp(reason)) {
            begin(new Vote(leader, zxid, -1, -1));
        }
    }

    /// The role is in broadcast: the vote shows the new epoch from now on, and clients are welcome.
    void established(long epoch) {
        feederTries = 0;
        vote = vote.inEpoch(epoch);
        state.showConfig();
        state.snapshots.resume();
        state.clients.resume();
        state.trace("server " + state.me() + " serves, " + role.name() + " in epoch " + epoch + " from zxid "
                + Zxid.hex(state.lastLogged));
    }

    // --- a log that was cut

    private void reload(Event.SnapshotReloaded reloaded) {
        TreeLoader loader = reloading;
        if (loader == null) {
            loader = new TreeLoader(state.config.requests().extendedTypes());
            reloading = loader;
        }
        String wrong = loader.accept(reloaded.chunk());
        if (wrong != null) {
            stop("snapshot read back after a cut: " + wrong);
        }
    }

    private void truncated(Event.Truncated truncated) {
        TreeLoader loader = reloading;
        reloading = null;
        if (loader == null) {
            stop("log was cut at " + Zxid.hex(truncated.zxid()) + ", but no snapshot is left below");
            return;
        }
        state.clients.cutAfter(truncated.zxid());
        state.replaceTree(loader.finish(truncated.snapshotZxid()));
        for (TxnEntry entry : truncated.tail()) {
            state.tree.apply(entry);
            state.committed.add(entry);
        }
        state.tree.lastZxid(truncated.zxid());
        state.lastLogged = truncated.zxid();
        state.lastSynced = truncated.zxid();
        role.truncated();
    }

    // --- what administrators ask for, on the core's thread between steps

    public MemberDetails details() {
        SortedMap<Long, List<String>> watches = new TreeMap<>();
        Map<Long, List<String>> byConnection = state.watches.dataWatches();
        for (Connection connection : state.clients.connections()) {
            List<String> paths = byConnection.get(connection.id);
            if (paths != null) {
                watches.put(connection.session, paths.stream().sorted().toList());
            }
        }
        return new MemberDetails(new TreeMap<>(state.tree.sessions()), state.tree.ephemerals(), watches);
    }

    private int observers() {
        return switch (role) {
            case Leading leading -> leading.active(learner -> learner.observer);
            case Following following -> following.activeObservers();
            case Looking _, Standalone _ -> 0;
        };
    }

    public MemberStatus status() {
        Leading leading = role instanceof Leading l ? l : null;
        return new MemberStatus(
                role.name(),
                role.phase(),
                role.leader(),
                role instanceof Following following ? following.feeder() : -1,
                roleSinceMillis,
                role.serving(),
                state.clients.readOnly(),
                state.tree.lastZxid(),
                state.ensemble().isVoter(state.me()),
                leading == null
                        ? 0
                        : leading.active(
                                learner -> !learner.observer && state.ensemble().isVoter(learner.serverId)),
                observers(),
                leading == null
                        ? 0
                        : leading.active(learner ->
                                !learner.observer && !state.ensemble().isVoter(learner.serverId)),
                leading == null ? 0 : leading.pendingSyncs(),
                leading == null ? ByteSizes.NONE : leading.proposalSizes(),
                state.tree.size() + 1, // the root counts twice for whoever knows ZooKeeper: an empty server says 5
                state.tree.ephemeralCount(),
                state.watches.size(),
                state.tree.approximateDataSize() + 1, // its second name
                state.tree.sessions().size(),
                state.clients.local().size(),
                state.snapshots.lastFileZxid(),
                state.tree.digest(),
                state.digestMismatches(),
                state.ensemble());
    }
}
