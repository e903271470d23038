package dev.quorate.ensemble.core;

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
    long heardAt;
    long snapshot;

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
