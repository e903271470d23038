package dev.quorate.ensemble.core;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.ConnectRequest;
import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.List;

/// Everything that can happen to a member.
public sealed interface Event {
    /// Time has passed; given at least every tickTime/10 and after idle turns.
    record Tick() implements Event {}

    // --- clients; `connection` is the number of the link, `identities` those known at accept (ip, x509)

    record ClientAccepted(long connection, String remoteAddress, List<AuthId> identities) implements Event {}

    record ClientConnect(long connection, ConnectRequest request) implements Event {}

    /// `body` holds the bytes after the request header, for forwarding; the receiver may keep it.
    record ClientRequestArrived(long connection, int xid, int opCode, ClientRequest request, byte[] body)
            implements Event {}

    record ClientClosed(long connection) implements Event {}

    // --- election port

    record NotificationArrived(long from, Notification notification) implements Event {}

    // --- quorum port, we are the learner

    /// The dial asked for with `connectToLeader` succeeded.
    record LeaderConnected(long link) implements Event {}

    record FromLeader(long link, QuorumPacket packet) implements Event {}

    /// A part of the stream that follows SNAP; `End` only after its signature was checked.
    record SnapshotFromLeader(long link, SnapshotChunk chunk) implements Event {}

    /// The dial failed, or the link broke: end of stream, bad packet, time out of the transport.
    record LeaderLost(long link, String reason) implements Event {}

    // --- quorum port, we are the leader

    record LearnerAccepted(long link, String remoteAddress) implements Event {}

    record FromLearner(long link, QuorumPacket packet) implements Event {}

    record LearnerLost(long link, String reason) implements Event {}

    // --- storage

    /// Everything appended up to `zxid` is durable.
    record LogSynced(long zxid) implements Event {}

    record AcceptedEpochStored(long epoch) implements Event {}

    record CurrentEpochStored(long epoch) implements Event {}

    /// The log ends at `zxid` now, and the directory was read again: chunks of the tree as [SnapshotReloaded] came
    /// before, entries after that snapshot follow in `tail`.
    record Truncated(long zxid, long snapshotZxid, List<TxnEntry> tail) implements Event {}

    /// The log cannot be cut where it was asked for, because nothing on disk ends exactly there; nothing was changed.
    record CutRefused(long zxid) implements Event {}

    /// A part of the newest snapshot at or below the zxid truncated to.
    record SnapshotReloaded(SnapshotChunk chunk) implements Event {}

    /// The target took the chunk: the next may be emitted (back-pressure).
    record SnapshotChunkTaken(long snapshot) implements Event {}

    /// The snapshot is complete (file: synced and renamed). `ok` false: it was given up, nothing is left of it.
    record SnapshotDone(long snapshot, boolean ok) implements Event {}

    /// Disk full, write or fsync error.
    record StorageFailed(String reason) implements Event {}

    // --- control

    /// Orderly stop: finish what is synced, close links, then `stopped`.
    record Stop() implements Event {}
}
