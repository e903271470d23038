package dev.quorate.ensemble.server;

import dev.quorate.ensemble.core.Outbox;
import dev.quorate.ensemble.message.ConnectResponse;
import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.transport.client.ClientTransport;
import dev.quorate.ensemble.transport.peer.ElectionTransport;
import dev.quorate.ensemble.transport.peer.QuorumTransport;
import dev.quorate.ensemble.txn.TxnEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the member's effects to whoever carries them out. Nothing here waits: bytes are buffered until the end of the
/// turn, the rest goes to other threads.
final class Effects implements Outbox {
    private static final Logger LOG = LoggerFactory.getLogger("dev.quorate.ensemble.core");

    private final MemberLoop loop;
    private final ClientTransport clients;
    private final QuorumTransport quorum;
    private final @Nullable ElectionTransport election;
    private final LogWriter log;
    private final StorageTasks storage;
    private final SnapshotWriter snapshots;
    private final OwnPorts ports;
    private final long serverId;

    Effects(
            MemberLoop loop,
            @Nullable ElectionTransport election,
            LogWriter log,
            StorageTasks storage,
            SnapshotWriter snapshots,
            OwnPorts ports,
            long serverId) {
        this.loop = loop;
        this.clients = loop.clients;
        this.quorum = loop.quorum;
        this.election = election;
        this.log = log;
        this.storage = storage;
        this.snapshots = snapshots;
        this.ports = ports;
        this.serverId = serverId;
    }

    @Override
    public void connected(long connection, ConnectResponse response) {
        clients.connected(connection, response);
    }

    @Override
    public void reply(long connection, Reply reply) {
        clients.reply(connection, reply);
    }

    @Override
    public void watchFired(long connection, WatchEvent event) {
        clients.watchFired(connection, event);
    }

    @Override
    public void closeClient(long connection, String reason) {
        clients.closeClient(connection, reason);
    }

    @Override
    public void readClient(long connection, boolean enabled) {
        clients.readClient(connection, enabled);
    }

    @Override
    public void notify(long server, Notification notification) {
        if (election != null) {
            election.send(server, notification);
        }
    }

    @Override
    public void connectToLeader(long link, Member leader) {
        quorum.connectToLeader(link, leader);
    }

    @Override
    public void sendToLeader(long link, QuorumPacket packet) {
        quorum.sendToLeader(link, packet);
    }

    @Override
    public void closeLeader(long link, String reason) {
        quorum.closeLeader(link, reason);
    }

    @Override
    public void acceptLearners(boolean enabled) {
        ports.acceptLearners(enabled);
    }

    @Override
    public void acceptObservers(boolean enabled) {
        ports.acceptObservers(enabled);
    }

    @Override
    public void sendToLearner(long link, QuorumPacket packet) {
        quorum.sendToLearner(link, packet);
    }

    @Override
    public void closeLearner(long link, String reason) {
        quorum.closeLearner(link, reason);
    }

    @Override
    public void append(TxnEntry entry) {
        log.append(entry);
    }

    @Override
    public void syncLog() {
        log.sync();
    }

    @Override
    public void storeAcceptedEpoch(long epoch) {
        log.perform(() -> storage.storeAcceptedEpoch(epoch));
    }

    @Override
    public void storeCurrentEpoch(long epoch) {
        log.perform(() -> storage.storeCurrentEpoch(epoch));
    }

    @Override
    public void truncate(long zxid) {
        log.perform(() -> storage.truncate(zxid));
    }

    @Override
    public void beginSnapshotFile(long snapshot, long zxid, boolean sync, boolean rollLog) {
        if (rollLog) {
            log.perform(storage::rollLog);
        }
        snapshots.begin(snapshot, zxid, sync);
    }

    @Override
    public void beginSnapshotToLearner(long snapshot, long link) {
        quorum.beginSnapshot(snapshot, link);
    }

    @Override
    public void snapshotChunk(long snapshot, SnapshotChunk chunk) {
        if (quorum.carries(snapshot)) {
            quorum.snapshotChunk(snapshot, chunk);
        } else if (chunk instanceof SnapshotChunk.End) {
            // A file counts from its end on: everything that was asked of the log before is there by then.
            log.perform(() -> snapshots.chunk(snapshot, chunk));
        } else {
            snapshots.chunk(snapshot, chunk);
        }
    }

    @Override
    public void abortSnapshot(long snapshot) {
        if (quorum.carries(snapshot)) {
            quorum.abortSnapshot(snapshot);
        } else {
            snapshots.abort(snapshot);
        }
    }

    @Override
    public void configChanged(Membership membership) {
        if (election != null) {
            election.target(membership.committed(), membership.lastSeen());
        }
        Member self = membership.member(serverId);
        if (self != null) {
            ports.moved(self);
        }
        log.perform(() -> storage.writeConfig(membership.committed(), membership.lastSeen()));
    }

    @Override
    public void trace(String line) {
        LOG.info("{}", line);
    }

    @Override
    public void stopped(String fatal) {
        loop.ended(fatal);
    }
}
