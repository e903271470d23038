package dev.quorate.ensemble.election;

import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.Notification.PeerState;
import dev.quorate.ensemble.quorum.Membership;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One election, from LOOKING to a decision. Whoever runs it sends what [#proposal] says, to everybody, whenever a
/// method returns true, and asks [#decision] after each turn.
public final class Election {
    private static final long NOTIFICATION_MIN_NANOS = 200_000_000L;
    private static final long NOTIFICATION_MAX_NANOS = 60_000_000_000L;
    private static final long FINALIZE_NANOS = 200_000_000L;
    private static final long NOBODY = Long.MIN_VALUE;

    /// A vote with the state its sender was in.
    private record Cast(Vote vote, PeerState state, int version) {}

    private final long me;
    private final Membership members;
    private final Vote initial;
    private final Map<Long, Cast> received = new TreeMap<>();
    private final Map<Long, Cast> established = new TreeMap<>();
    private long round;
    private Vote proposal;
    private long intervalNanos = NOTIFICATION_MIN_NANOS;
    private long resendAt;
    private long decideAt = Long.MAX_VALUE;
    private @Nullable Vote decision;
    private long gone = NOBODY;

    /// `round` is the clock of the last election plus one; `initial` is the own vote (or [Vote#NOBODY] for who may not
    /// vote).
    public Election(long me, Membership members, Vote initial, long round, long nowNanos) {
        this.me = me;
        this.members = members;
        this.initial = initial;
        this.round = round;
        proposal = initial.inRound(round);
        resendAt = nowNanos + intervalNanos;
        castOwn(nowNanos);
    }

    /// The connection to `server`, the leader until now, has broken: nobody waits for its vote, unless it casts one.
    public void goOnWithout(long server) {
        gone = server;
    }

    public Vote proposal() {
        return proposal;
    }

    public long round() {
        return round;
    }

    /// The vote that won; its leader may be this server.
    public @Nullable Vote decision() {
        return decision;
    }

    /// Servers whose votes count and who are to be told of ours.
    public List<Long> audience() {
        List<Long> voters = new ArrayList<>(members.voters());
        voters.remove(me);
        return voters;
    }

    /// Time has come to `nowNanos`. True when the proposal is to be sent again.
    public boolean tick(long nowNanos) {
        if (nowNanos >= decideAt) {
            decision = proposal;
        }
        if (nowNanos < resendAt) {
            return false;
        }
        intervalNanos = Math.min(2 * intervalNanos, NOTIFICATION_MAX_NANOS);
        resendAt = nowNanos + intervalNanos;
        return true;
    }

    /// A notification from a voter. True when our proposal has changed and is to be sent to everybody.
    public boolean receive(long from, Notification notification, long nowNanos) {
        Vote vote = Vote.of(notification);
        if (members.isVoter(from) && notification.state() == PeerState.LOOKING && vote.leader() == Vote.NOBODY) {
            return catchUp(vote.round(), nowNanos);
        }
        if (!members.isVoter(from) || !members.isVoter(notification.leader())) {
            return false;
        }
        Cast cast = new Cast(vote, notification.state(), notification.version());
        return switch (notification.state()) {
            case LOOKING -> looking(from, vote, cast, nowNanos);
            case FOLLOWING, LEADING -> {
                settled(from, vote, cast);
                yield false;
            }
            case OBSERVING -> false;
        };
    }

    /// Who votes only in the configuration that is proposed has nobody to propose at first (peer-protocol.md §2.6), but
    /// ignores all votes of rounds before its own: so its round counts.
    private boolean catchUp(long to, long nowNanos) {
        if (to <= round) {
            return false;
        }
        round = to;
        received.clear();
        proposal = initial.inRound(round);
        castOwn(nowNanos);
        return true;
    }

    /// The sender is looking and does not know what we know: a later round, or a better vote that it may have missed
    /// because it was following when we said so. It is to be told; but who has no vote has nothing to tell those
    /// who
    /// have, or the two would answer each other for ever.
    public boolean isBehind(Notification notification) {
        return notification.state() == PeerState.LOOKING
                && members.isVoter(me)
                && (notification.round() < round
                        || (notification.round() == round && beats(proposal, Vote.of(notification))));
    }

    private boolean looking(long from, Vote vote, Cast cast, long nowNanos) {
        if (vote.zxid() == -1 || initial.zxid() == -1 || vote.round() < round) {
            return false;
        }
        if (from == gone) {
            gone = NOBODY;
        }
        boolean changed = false;
        if (vote.round() > round) {
            round = vote.round();
            received.clear();
            proposal = (beats(vote, initial) ? vote : initial).inRound(round);
            changed = true;
        } else if (beats(vote, proposal)) {
            proposal = vote;
            changed = true;
        }
        received.put(from, cast);
        if (changed) {
            castOwn(nowNanos);
        }
        count(nowNanos);
        return changed;
    }

    /// Votes for a server without weight are worth nothing, be its history as long as it may.
    private boolean beats(Vote vote, Vote other) {
        return members.mayLead(vote.leader()) && vote.beats(other);
    }

    /// The own vote counts like any other, but only if there is a right to vote.
    private void castOwn(long nowNanos) {
        decideAt = Long.MAX_VALUE;
        if (members.isVoter(me) && proposal.leader() != Vote.NOBODY && initial.zxid() != -1) {
            received.put(me, new Cast(proposal, PeerState.LOOKING, 2));
        }
        count(nowNanos);
    }

    /// A quorum for the proposal decides after a pause in which somebody better may still turn up; at once when
    /// everybody has voted so who can be expected to. Deciding early is a matter of time only: a leader that is
    /// behind
    /// its followers finds out in discovery, and who is ahead of them all holds nothing that was committed.
    private void count(long nowNanos) {
        Set<Long> supporters = new HashSet<>();
        received.forEach((server, cast) -> {
            if (cast.vote.equals(proposal)) {
                supporters.add(server);
            }
        });
        if (!members.mayLead(proposal.leader()) || !members.isQuorum(supporters)) {
            decideAt = Long.MAX_VALUE;
        } else if (everybodyIsIn(supporters)) {
            decision = proposal;
        } else if (decideAt == Long.MAX_VALUE) {
            decideAt = nowNanos + FINALIZE_NANOS;
        }
    }

    private boolean everybodyIsIn(Set<Long> supporters) {
        for (long voter : members.voters()) {
            if (voter != gone && !supporters.contains(voter)) {
                return false;
            }
        }
        return true;
    }

    /// Somebody has a leader already: join once a quorum says so, and the leader itself does. A quorum of the
    /// configuration in force is enough: that leader may never have heard of the one that is proposed.
    private void settled(long from, Vote vote, Cast cast) {
        if (vote.round() == round) {
            received.put(from, cast);
            if (isQuorumFor(received, cast) && leads(received, vote.leader(), vote.round())) {
                decision = vote;
                return;
            }
        }
        established.put(from, cast);
        if (isQuorumFor(established, cast) && leads(established, vote.leader(), vote.round())) {
            round = vote.round();
            decision = vote;
        }
    }

    private boolean isQuorumFor(Map<Long, Cast> votes, Cast wanted) {
        Set<Long> supporters = new HashSet<>();
        votes.forEach((server, cast) -> {
            if (same(cast, wanted)) {
                supporters.add(server);
            }
        });
        return members.committed().isQuorum(supporters);
    }

    /// Rounds differ between servers that joined at different times; the epoch says that they mean the same leader
    /// (peer-protocol.md §2.6).
    private static boolean same(Cast a, Cast b) {
        if (a.state == PeerState.LOOKING || b.state == PeerState.LOOKING) {
            return a.vote.equals(b.vote);
        }
        if ((a.version == 0) != (b.version == 0)) {
            return a.vote.leader() == b.vote.leader();
        }
        return a.vote.leader() == b.vote.leader() && a.vote.peerEpoch() == b.vote.peerEpoch();
    }

    private boolean leads(Map<Long, Cast> votes, long leader, long inRound) {
        if (leader == me) {
            return round == inRound;
        }
        Cast cast = votes.get(leader);
        return cast != null && cast.state == PeerState.LEADING;
    }
}
