package dev.quorate.ensemble.election;

import dev.quorate.ensemble.message.Notification;

/// Who should lead: the candidate with its last logged zxid and its epoch, in a round of the voter's clock.
public record Vote(long leader, long zxid, long round, long peerEpoch) {
    /// What observers and servers without a vote propose: nobody.
    public static final long NOBODY = Long.MIN_VALUE;

    static Vote of(Notification notification) {
        return new Vote(notification.leader(), notification.zxid(), notification.round(), notification.peerEpoch());
    }

    /// The order in which votes win: epoch, then zxid, then id.
    boolean beats(Vote other) {
        if (peerEpoch != other.peerEpoch) {
            return peerEpoch > other.peerEpoch;
        }
        return zxid != other.zxid ? zxid > other.zxid : leader > other.leader;
    }

    public Vote inRound(long newRound) {
        return new Vote(leader, zxid, newRound, peerEpoch);
    }

    public Vote inEpoch(long epoch) {
        return new Vote(leader, zxid, round, epoch);
    }
}
