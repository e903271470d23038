package dev.quorate.ensemble.core;

import dev.quorate.ensemble.message.ConnectResponse;
import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.txn.TxnEntry;

/// Where the core puts its effects; called on the core's thread within `step` only. Implementations return at once and
/// never throw.
public interface Outbox {
    // --- clients
    void connected(long connection, ConnectResponse response);

    void reply(long connection, Reply reply);

    void watchFired(long connection, WatchEvent event);

    /// Sends what was emitted before, then closes. `reason` is for the log; "" closes silently.
    void closeClient(long connection, String reason);

    /// Stop or resume reading from a connection (back-pressure, session being set up).
    void readClient(long connection, boolean enabled);

    // --- election: dials lazily, resends the last notification on a new connection (peer-protocol.md §2)
    void notify(long server, Notification notification);

    // --- learner side. A new dial closes the link before.
    void connectToLeader(long link, Member leader);

    void sendToLeader(long link, QuorumPacket packet);

    void closeLeader(long link, String reason);

    // --- leader side
    /// Accept learners on the quorum port, or close the listener and all their links.
    void acceptLearners(boolean enabled);

    /// Likewise for observers, on the port of a follower that feeds them.
    void acceptObservers(boolean enabled);

    void sendToLearner(long link, QuorumPacket packet);

    void closeLearner(long link, String reason);

    // --- storage
    void append(TxnEntry entry);

    /// Ask for a sync of everything appended so far; the runner may serve several by one.
    void syncLog();

    void storeAcceptedEpoch(long epoch);

    void storeCurrentEpoch(long epoch);

    /// Cut the log after `zxid`, drop newer snapshots, read back: answered with SnapshotReloaded… and Truncated,
    /// or with CutRefused where neither an entry nor a snapshot stands for `zxid`.
    void truncate(long zxid);

    /// A new snapshot begins; its chunks follow one at a time, each after SnapshotChunkTaken for the one before (the
    /// first at once). `sync`: the file must be durable before SnapshotDone. `rollLog`: a new log file begins with
    /// the next append.
    void beginSnapshotFile(long snapshot, long zxid, boolean sync, boolean rollLog);

    /// The stream goes to a learner, behind what was sent on that link before.
    void beginSnapshotToLearner(long snapshot, long link);

    void snapshotChunk(long snapshot, SnapshotChunk chunk);

    /// Give up an unfinished snapshot; no event follows.
    void abortSnapshot(long snapshot);

    /// A configuration was proposed or is in force: the files are written in the order of the other storage requests,
    /// and the ports go where it says at once.
    void configChanged(Membership membership);

    // --- the rest
    /// A transition worth one INFO line.
    void trace(String line);

    /// The member has stopped and emits nothing more; `fatal` is "" after [Event.Stop], else why the process must end.
    void stopped(String fatal);
}
