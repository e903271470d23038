package dev.quorate.ensemble.server;

import dev.quorate.ensemble.core.EnsembleMember;
import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.core.Outbox;
import dev.quorate.ensemble.message.ConnectResponse;
import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.wire.JuteWriter;
import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.QuorumWire;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// One member of a [Rehearsal]: whatever it asks for happens at once, and packets pass through their bytes.
final class RehearsedServer implements Outbox {
    private static final int PACKET_BYTES_MAX = 1 << 20;

    /// The other end of a link, and what it is called there.
    private record Peer(RehearsedServer server, long link) {}

    boolean alive = true;
    private final Rehearsal rehearsal;
    private final long id;
    private final EnsembleMember member;
    private final QuorumWire wire = new QuorumWire(PACKET_BYTES_MAX);
    private final JuteWriter scratch = new JuteWriter(1024);
    private final Map<Long, Peer> links = new HashMap<>();
    private boolean accepting;
    private long lastAppended;

    RehearsedServer(Rehearsal rehearsal, long id, EnsembleMember member) {
        this.rehearsal = rehearsal;
        this.id = id;
        this.member = member;
    }

    void take(Event event) {
        if (alive) {
            member.step(event, rehearsal.now(), rehearsal.now() / 1_000_000, this);
        }
    }

    boolean leads() {
        var status = member.status();
        return alive && status.serving() && status.state().equals("leading");
    }

    void die() {
        alive = false;
        acceptLearners(false);
    }

    private void later(Event event) {
        rehearsal.later(() -> take(event));
    }

    // --- peers

    @Override
    public void notify(long server, Notification notification) {
        RehearsedServer other = rehearsal.server(server);
        if (other != null) {
            other.later(new Event.NotificationArrived(id, notification));
        }
    }

    @Override
    public void connectToLeader(long link, Member leader) {
        RehearsedServer other = rehearsal.server(leader.id());
        rehearsal.later(() -> {
            if (other == null || !other.alive || !other.accepting) {
                take(new Event.LeaderLost(link, "nobody listens"));
                return;
            }
            long there = rehearsal.nextLink();
            links.put(link, new Peer(other, there));
            other.links.put(there, new Peer(this, link));
            other.take(new Event.LearnerAccepted(there, "rehearsal"));
            take(new Event.LeaderConnected(link));
        });
    }

    @Override
    public void sendToLeader(long link, QuorumPacket packet) {
        Peer peer = links.get(link);
        if (peer != null) {
            peer.server.later(new Event.FromLearner(peer.link, through(packet, true)));
        }
    }

    @Override
    public void sendToLearner(long link, QuorumPacket packet) {
        Peer peer = links.get(link);
        if (peer != null) {
            peer.server.later(new Event.FromLeader(peer.link, through(packet, false)));
        }
    }

    private QuorumPacket through(QuorumPacket packet, boolean fromLearner) {
        scratch.clear();
        wire.write(scratch, packet);
        try {
            return wire.read(
                    new DataInputStream(new ByteArrayInputStream(scratch.array(), 0, scratch.size())), fromLearner);
        } catch (IOException | MalformedRecordException e) {
            throw new IllegalStateException("own packet " + packet, e);
        }
    }

    @Override
    public void acceptLearners(boolean enabled) {
        accepting = enabled;
        if (!enabled) {
            for (Peer learner : Map.copyOf(links).values()) {
                learner.server.later(new Event.LeaderLost(learner.link, "the leader is gone"));
            }
            links.clear();
        }
    }

    @Override
    public void closeLeader(long link, String reason) {
        Peer peer = links.remove(link);
        if (peer != null) {
            peer.server.later(new Event.LearnerLost(peer.link, reason));
        }
    }

    @Override
    public void closeLearner(long link, String reason) {
        Peer peer = links.remove(link);
        if (peer != null) {
            peer.server.later(new Event.LeaderLost(peer.link, reason));
        }
    }

    @Override
    public void acceptObservers(boolean enabled) {}

    // --- storage

    @Override
    public void append(TxnEntry entry) {
        lastAppended = entry.zxid();
    }

    @Override
    public void syncLog() {
        later(new Event.LogSynced(lastAppended));
    }

    @Override
    public void storeAcceptedEpoch(long epoch) {
        later(new Event.AcceptedEpochStored(epoch));
    }

    @Override
    public void storeCurrentEpoch(long epoch) {
        later(new Event.CurrentEpochStored(epoch));
    }

    @Override
    public void truncate(long zxid) {}

    @Override
    public void beginSnapshotFile(long snapshot, long zxid, boolean sync, boolean rollLog) {
        later(new Event.SnapshotDone(snapshot, false));
    }

    @Override
    public void beginSnapshotToLearner(long snapshot, long link) {
        later(new Event.SnapshotDone(snapshot, false));
    }

    @Override
    public void snapshotChunk(long snapshot, SnapshotChunk chunk) {}

    @Override
    public void abortSnapshot(long snapshot) {}

    // --- clients and the rest

    @Override
    public void connected(long connection, ConnectResponse response) {
        rehearsal.answered();
    }

    @Override
    public void reply(long connection, Reply reply) {
        rehearsal.answered();
    }

    @Override
    public void watchFired(long connection, WatchEvent event) {}

    @Override
    public void closeClient(long connection, String reason) {}

    @Override
    public void readClient(long connection, boolean enabled) {}

    @Override
    public void configChanged(Membership membership) {}

    @Override
    public void trace(String line) {}

    @Override
    public void stopped(String fatal) {
        alive = false;
    }
}
