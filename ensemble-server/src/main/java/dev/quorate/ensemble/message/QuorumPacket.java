package dev.quorate.ensemble.message;

import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Packets of the quorum port (peer-protocol.md §3.1). The snapshot stream that follows [Snap] travels as
/// [SnapshotChunk]s.
public sealed interface QuorumPacket {
    record Request(long sessionId, int cxid, int opCode, byte[] body, List<AuthId> authInfo) implements QuorumPacket {}

    record Proposal(TxnEntry entry) implements QuorumPacket {}

    record Ack(long zxid) implements QuorumPacket {}

    record Commit(long zxid) implements QuorumPacket {}

    /// Leader to learner: `touches` null. Learner to leader: the sessions touched since the last ping, never null.
    record Ping(long zxid, @Nullable List<Touch> touches) implements QuorumPacket {}

    record Touch(long sessionId, int timeoutMillis) {}

    record Revalidate(long sessionId, int timeoutMillis) implements QuorumPacket {}

    record Revalidated(long sessionId, boolean valid) implements QuorumPacket {}

    record Sync(long zxid) implements QuorumPacket {}

    record Inform(TxnEntry entry) implements QuorumPacket {}

    record CommitAndActivate(long zxid, long designatedLeader) implements QuorumPacket {}

    record InformAndActivate(TxnEntry entry, long designatedLeader) implements QuorumPacket {}

    /// `config` is null or the leader's last-seen configuration as text.
    record NewLeader(long zxid, @Nullable String config) implements QuorumPacket {}

    /// FOLLOWERINFO, or OBSERVERINFO where `observer`.
    record LearnerInfo(boolean observer, long acceptedEpoch, long serverId, int protocolVersion, long configVersion)
            implements QuorumPacket {}

    record UpToDate() implements QuorumPacket {}

    record Diff(long zxid) implements QuorumPacket {}

    record Trunc(long zxid) implements QuorumPacket {}

    record Snap(long zxid) implements QuorumPacket {}

    record LeaderInfo(long epoch, int protocolVersion) implements QuorumPacket {}

    /// `currentEpoch` is -1 when the learner had acknowledged this epoch before.
    record AckEpoch(long lastZxid, int currentEpoch) implements QuorumPacket {}
}
