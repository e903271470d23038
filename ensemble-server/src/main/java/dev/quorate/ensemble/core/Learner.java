package dev.quorate.ensemble.core;

import java.util.ArrayDeque;

/// What the leader knows of one learner's link.
final class Learner {
    enum Phase {
        CONNECTED,
        /// Has told its accepted epoch.
        INFORMED,
        /// Has acknowledged our epoch and told where it stands.
        EPOCH_ACKED,
        /// Is being brought up to date and gets what is proposed; NEWLEADER is on its way.
        SYNCHRONISING,
        /// Has acknowledged NEWLEADER: counts for the quorum.
        SYNCHRONISED,
        /// Was told to serve.
        ACTIVE
    }

    final long link;
    final String address;
    final long connectedAt;
    Phase phase = Phase.CONNECTED;
    long serverId = -1;
    boolean observer;
    long acceptedEpoch;
    int currentEpoch;
    long zxid;
    /// What it has once it acknowledges NEWLEADER.
    long synchronisedTo;
    long heardAt;
    long snapshot;
    /// Rounds of the pings under way, in order, since it was told to serve: each is answered once.
    final ArrayDeque<Long> pinged = new ArrayDeque<>();
    /// The latest round that it has answered.
    long confirmedRound;

    Learner(long link, String address, long now) {
        this.link = link;
        this.address = address;
        connectedAt = now;
        heardAt = now;
    }

    boolean isAtLeast(Phase wanted) {
        return phase.compareTo(wanted) >= 0;
    }
}
