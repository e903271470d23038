package dev.quorate.ensemble.core;

import dev.quorate.ensemble.core.Learner.Phase;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.zab.SyncPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A follower that feeds observers in its leader's place (peer-protocol.md §6): what is committed here goes on to them,
/// what they ask for goes to the leader as if it came from our own clients. Speaks the leader's side of the protocol,
/// with nothing to agree on: the epoch is the one that this follower is in.
final class ObserverMaster {
    private static final int PROTOCOL_VERSION = 0x10000;

    /// What a follower does for the observers that it feeds; answers come in the order of the questions.
    interface Upstream {
        /// Passes a request on. For a sync, [#synced] is called once the leader has answered.
        void request(long link, QuorumPacket.Request request);

        void revalidate(long link, long session, int timeoutMillis);

        void touched(long session, int timeoutMillis);

        /// An observer is gone: sessions that came through `link` may come through another one.
        void gone(long link);
    }

    private final MemberState state;
    private final Upstream upstream;
    private final long epoch;
    private final Map<Long, Learner> observers = new TreeMap<>();
    private long pingAt;

    ObserverMaster(MemberState state, Upstream upstream, long epoch) {
        this.state = state;
        this.upstream = upstream;
        this.epoch = epoch;
        pingAt = state.now;
        state.out.acceptObservers(true);
    }

    /// Observers that were told to serve.
    int active() {
        return (int) observers.values().stream()
                .filter(observer -> observer.phase == Phase.ACTIVE)
                .count();
    }

    void accepted(long link, String address) {
        observers.put(link, new Learner(link, address, state.now));
    }

    void lost(long link) {
        Learner observer = observers.remove(link);
        if (observer != null) {
            state.snapshots.abort(observer.snapshot);
            upstream.gone(link);
        }
    }

    private void drop(Learner observer, String reason) {
        lost(observer.link);
        state.out.closeLearner(observer.link, reason);
    }

    void received(long link, QuorumPacket packet) {
        Learner observer = observers.get(link);
        if (observer == null) {
            return;
        }
        observer.heardAt = state.now;
        switch (packet) {
            case QuorumPacket.LearnerInfo info -> informed(observer, info);
            case QuorumPacket.AckEpoch ack -> synchronise(observer, ack.lastZxid());
            case QuorumPacket.Ack ack -> acked(observer, ack.zxid());
            case QuorumPacket.Ping ping
            when ping.touches() != null ->
                ping.touches().forEach(touch -> upstream.touched(touch.sessionId(), touch.timeoutMillis()));
            case QuorumPacket.Request request when observer.phase == Phase.ACTIVE -> upstream.request(link, request);
            case QuorumPacket.Revalidate revalidate
            when observer.phase == Phase.ACTIVE ->
                upstream.revalidate(link, revalidate.sessionId(), revalidate.timeoutMillis());
            default ->
                drop(observer, packet.getClass().getSimpleName() + " out of turn from observer " + observer.serverId);
        }
    }

    private void informed(Learner observer, QuorumPacket.LearnerInfo info) {
        if (observer.phase != Phase.CONNECTED || !info.observer() || info.protocolVersion() < PROTOCOL_VERSION) {
            drop(observer, "server " + info.serverId() + " is no observer, and only these are fed by a follower");
            return;
        }
        for (Learner other : new ArrayList<>(observers.values())) {
            if (other != observer && other.serverId == info.serverId()) {
                drop(other, "server " + info.serverId() + " has come back on another link");
            }
        }
        observer.serverId = info.serverId();
        observer.phase = Phase.INFORMED;
        send(observer, new QuorumPacket.LeaderInfo(epoch, PROTOCOL_VERSION));
    }

    /// In one step with taking it among those who are told of commits, so that nothing falls between.
    private void synchronise(Learner observer, long zxid) {
        long ours = state.tree.lastZxid();
        if (observer.phase != Phase.INFORMED) {
            drop(observer, "ACKEPOCH out of turn");
            return;
        }
        if (Zxid.epoch(zxid) == epoch && zxid > ours) {
            // It was fed by somebody faster, and knows what is committed: it must not be cut back to where we are.
            drop(observer, "observer " + observer.serverId + " is ahead of us, at " + Zxid.hex(zxid));
            return;
        }
        SyncPlan plan = SyncPlan.choose(zxid, state.committed, ours);
        switch (plan) {
            case SyncPlan.Diff diff -> {
                send(observer, new QuorumPacket.Diff(diff.zxid()));
                sendHistory(observer, diff.missing());
            }
            case SyncPlan.Truncate truncate -> {
                send(observer, new QuorumPacket.Trunc(truncate.zxid()));
                sendHistory(observer, truncate.missing());
            }
            case SyncPlan.Snapshot _ -> {
                send(observer, new QuorumPacket.Snap(ours));
                observer.snapshot = state.snapshots.toLearner(observer.link);
            }
        }
        observer.phase = Phase.SYNCHRONISING;
        send(observer, new QuorumPacket.NewLeader(Zxid.of(epoch, 0), ConfigText.format(state.ensemble())));
        state.trace("observer " + observer.serverId + " at " + Zxid.hex(zxid) + " is synchronised by "
                + plan.getClass().getSimpleName());
    }

    private void sendHistory(Learner observer, List<TxnEntry> missing) {
        for (TxnEntry entry : missing) {
            send(observer, new QuorumPacket.Proposal(entry));
            send(observer, new QuorumPacket.Commit(entry.zxid()));
        }
    }

    private void acked(Learner observer, long zxid) {
        if (observer.phase == Phase.SYNCHRONISING) {
            if (zxid != Zxid.of(epoch, 0)) {
                drop(observer, "acknowledges " + Zxid.hex(zxid) + " instead of NEWLEADER");
                return;
            }
            observer.phase = Phase.ACTIVE;
            send(observer, new QuorumPacket.UpToDate());
        }
        // An observer acknowledges UPTODATE as well, and nothing else.
    }

    /// A transaction has been committed; `designated` is who leads from now on where it was a reconfiguration.
    void committed(TxnEntry entry, @Nullable Long designated) {
        QuorumPacket inform = designated == null
                ? new QuorumPacket.Inform(entry)
                : new QuorumPacket.InformAndActivate(entry, designated);
        for (Learner observer : observers.values()) {
            if (observer.isAtLeast(Phase.SYNCHRONISING)) {
                send(observer, inform);
            }
        }
    }

    /// The leader has answered a sync that came through `link`.
    void synced(long link) {
        sendTo(link, new QuorumPacket.Sync(0));
    }

    void revalidated(long link, QuorumPacket.Revalidated answer) {
        sendTo(link, answer);
    }

    void snapshotDone(long snapshot, boolean ok) {
        for (Learner observer : new ArrayList<>(observers.values())) {
            if (observer.snapshot == snapshot) {
                observer.snapshot = 0;
                observer.heardAt = state.now;
                if (!ok) {
                    drop(observer, "its snapshot could not be sent");
                }
            }
        }
    }

    void tick() {
        for (Learner observer : new ArrayList<>(observers.values())) {
            long limit = state.config.syncLimitNanos()
                    + (observer.phase == Phase.ACTIVE ? 0 : state.config.initLimitNanos());
            if (observer.snapshot == 0 && state.now - observer.heardAt > limit) {
                drop(observer, "observer " + observer.serverId + " is silent");
            }
        }
        if (state.now >= pingAt) {
            pingAt = state.now + state.config.tickNanos() / 2;
            QuorumPacket ping = new QuorumPacket.Ping(state.tree.lastZxid(), null);
            for (Learner observer : observers.values()) {
                if (observer.isAtLeast(Phase.SYNCHRONISING) && observer.snapshot == 0) {
                    send(observer, ping);
                }
            }
        }
    }

    /// The leader is lost: observers have to hear from another what became of the rest.
    void leave() {
        state.out.acceptObservers(false);
        observers.values().forEach(observer -> state.snapshots.abort(observer.snapshot));
        observers.clear();
    }

    private void send(Learner observer, QuorumPacket packet) {
        state.out.sendToLearner(observer.link, packet);
    }

    private void sendTo(long link, QuorumPacket packet) {
        if (observers.containsKey(link)) {
            state.out.sendToLearner(link, packet);
        }
    }
}
