package dev.quorate.ensemble.message;

/// A vote on the election port (peer-protocol.md §2.4). `config` is the sender's committed configuration as text; a
/// peer's version 0 or 1 message has "" there.
public record Notification(
        PeerState state, long leader, long zxid, long round, long peerEpoch, int version, String config) {
    public enum PeerState {
        LOOKING,
        FOLLOWING,
        LEADING,
        OBSERVING
    }
}
