package dev.quorate.ensemble.core;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.AuthId;
import java.util.List;

/// What a member is at the moment. Each role holds only what it needs; [EnsembleMember] alone moves between them.
sealed interface Role permits Standalone, Looking, Leading, Following {
    /// Name and phase for status: `looking`, `leading`, …; `election`, `discovery`, `synchronization`, `broadcast`, "".
    String name();

    String phase();

    /// The leader as far as known, -1.
    long leader();

    /// Clients are served.
    boolean serving();

    void tick();

    /// The log is durable up to `zxid`.
    default void synced(long zxid) {}

    default void acceptedEpochStored(long epoch) {}

    default void currentEpochStored(long epoch) {}

    default void leaderConnected(long link) {}

    default void fromLeader(long link, QuorumPacket packet) {}

    default void snapshotFromLeader(long link, SnapshotChunk chunk) {}

    default void leaderLost(long link, String reason) {}

    default void learnerAccepted(long link, String address) {}

    default void fromLearner(long link, QuorumPacket packet) {}

    default void learnerLost(long link, String reason) {}

    default void snapshotDone(long snapshot, boolean ok) {}

    /// The log was cut and the tree read anew.
    default void truncated() {}

    /// It could not be cut there and is as it was.
    default void cutRefused() {}

    /// A write of a local session; the outcome comes with its transaction.
    default void submit(long session, int xid, int opCode, ClientRequest request, byte[] body, List<AuthId> ids) {}

    /// A sync of a local session: [Clients#synced] is to be called once everything committed before it has been
    /// applied.
    default void sync(long session, int xid, byte[] body) {}

    /// A local client comes back with its session: [Clients#revalidated] is to be called.
    default void revalidate(long session, int timeoutMillis) {}

    /// A local session gave a sign of life.
    default void touch(long session, int timeoutMillis) {}

    /// The member is to stop: take no more requests, propose nothing more.
    default void quiesce() {}

    /// Nothing is under way that a client or a follower waits for.
    default boolean isQuiet() {
        return true;
    }

    /// The role ends: close its links.
    default void leave(String reason) {}

    /// An election follows: what is logged and not known to be committed is part of what this member votes with.
    default void keepForElection() {}
}
