package dev.quorate.ensemble.transport.peer;

import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.SnapshotChunk;

/// What happens on quorum links; called on the loop's thread, in order for each link. Nothing follows for a link that
/// we closed.
public interface QuorumEvents {
    void leaderConnected(long link);

    void fromLeader(long link, QuorumPacket packet);

    void snapshotFromLeader(long link, SnapshotChunk chunk);

    void leaderLost(long link, String reason);

    void learnerAccepted(long link, String remote);

    void fromLearner(long link, QuorumPacket packet);

    void learnerLost(long link, String reason);

    /// The socket has room for the next chunk of an outgoing snapshot.
    void snapshotChunkTaken(long snapshot);

    /// The last chunk is on its way, or (`ok` false) the link is gone.
    void snapshotDone(long snapshot, boolean ok);
}
