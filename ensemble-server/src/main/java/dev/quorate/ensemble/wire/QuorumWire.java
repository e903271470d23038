package dev.quorate.ensemble.wire;

import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.model.AuthId;
import java.io.DataInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Packets of the quorum port (peer-protocol.md §3): `type, zxid, data, authinfo`, back to back without a length.
/// Reading is from a stream because a packet's end is known only when it was read; a stream that ends inside a packet
/// is an [java.io.EOFException].
public final class QuorumWire {
    private static final int REQUEST = 1,
            PROPOSAL = 2,
            ACK = 3,
            COMMIT = 4,
            PING = 5,
            REVALIDATE = 6,
            SYNC = 7,
            INFORM = 8;
    private static final int COMMIT_AND_ACTIVATE = 9, NEW_LEADER = 10, FOLLOWER_INFO = 11, UP_TO_DATE = 12, DIFF = 13;
    private static final int TRUNC = 14, SNAP = 15, OBSERVER_INFO = 16, LEADER_INFO = 17, ACK_EPOCH = 18;
    private static final int INFORM_AND_ACTIVATE = 19;
    private static final int AUTH_IDS_MAX = 1024;

    private final TxnWire txns = new TxnWire();
    private final int dataBytesMax;

    /// `dataBytesMax` is `jute.maxbuffer` plus its extra size; a packet with more data is refused.
    public QuorumWire(int dataBytesMax) {
        this.dataBytesMax = dataBytesMax;
    }

    public void write(JuteWriter out, QuorumPacket packet) {
        switch (packet) {
            case QuorumPacket.Request request -> {
                int data = begin(out, REQUEST, -1);
                out.writeLong(request.sessionId()).writeInt(request.cxid()).writeInt(request.opCode());
                out.writeRaw(request.body(), 0, request.body().length);
                end(out, data);
                writeIds(out, request.authInfo());
            }
            case QuorumPacket.Proposal proposal ->
                whole(out, PROPOSAL, proposal.entry().zxid(), proposal.entry().bytes());
            case QuorumPacket.Ack ack -> whole(out, ACK, ack.zxid(), null);
            case QuorumPacket.Commit commit -> whole(out, COMMIT, commit.zxid(), null);
            case QuorumPacket.Ping ping -> writePing(out, ping);
            case QuorumPacket.Revalidate revalidate -> {
                int data = begin(out, REVALIDATE, -1);
                out.writeLong(revalidate.sessionId()).writeInt(revalidate.timeoutMillis());
                endPlain(out, data);
            }
            case QuorumPacket.Revalidated revalidated -> {
                int data = begin(out, REVALIDATE, -1);
                out.writeLong(revalidated.sessionId()).writeBoolean(revalidated.valid());
                endPlain(out, data);
            }
            case QuorumPacket.Sync sync -> whole(out, SYNC, sync.zxid(), null);
            case QuorumPacket.Inform inform ->
                whole(out, INFORM, inform.entry().zxid(), inform.entry().bytes());
            case QuorumPacket.CommitAndActivate commit -> {
                int data = begin(out, COMMIT_AND_ACTIVATE, commit.zxid());
                out.writeLong(commit.designatedLeader());
                endPlain(out, data);
            }
            case QuorumPacket.InformAndActivate inform -> {
                int data = begin(out, INFORM_AND_ACTIVATE, inform.entry().zxid());
                out.writeLong(inform.designatedLeader());
                out.writeRaw(inform.entry().bytes(), 0, inform.entry().bytes().length);
                endPlain(out, data);
            }
            case QuorumPacket.NewLeader leader -> {
                String config = leader.config();
                whole(out, NEW_LEADER, leader.zxid(), config == null ? null : config.getBytes(StandardCharsets.UTF_8));
            }
            case QuorumPacket.LearnerInfo info -> {
                int data = begin(out, info.observer() ? OBSERVER_INFO : FOLLOWER_INFO, info.acceptedEpoch() << 32);
                out.writeLong(info.serverId()).writeInt(info.protocolVersion()).writeLong(info.configVersion());
                endPlain(out, data);
            }
            case QuorumPacket.UpToDate _ -> whole(out, UP_TO_DATE, -1, null);
            case QuorumPacket.Diff diff -> whole(out, DIFF, diff.zxid(), null);
            case QuorumPacket.Trunc trunc -> whole(out, TRUNC, trunc.zxid(), null);
            case QuorumPacket.Snap snap -> whole(out, SNAP, snap.zxid(), null);
            case QuorumPacket.LeaderInfo info -> {
                int data = begin(out, LEADER_INFO, info.epoch() << 32);
                out.writeInt(info.protocolVersion());
                endPlain(out, data);
            }
            case QuorumPacket.AckEpoch ack -> {
                int data = begin(out, ACK_EPOCH, ack.lastZxid());
                out.writeInt(ack.currentEpoch());
                endPlain(out, data);
            }
        }
    }

    private static void writePing(JuteWriter out, QuorumPacket.Ping ping) {
        List<QuorumPacket.Touch> touches = ping.touches();
        if (touches == null) {
            whole(out, PING, ping.zxid(), null);
            return;
        }
        int data = begin(out, PING, ping.zxid());
        for (QuorumPacket.Touch touch : touches) {
            out.writeLong(touch.sessionId()).writeInt(touch.timeoutMillis());
        }
        endPlain(out, data);
    }

    private static void whole(JuteWriter out, int type, long zxid, byte @Nullable [] data) {
        out.writeInt(type).writeLong(zxid).writeBuffer(data).writeInt(-1);
    }

    private static int begin(JuteWriter out, int type, long zxid) {
        out.writeInt(type).writeLong(zxid).writeInt(0);
        return out.size();
    }

    private static void end(JuteWriter out, int data) {
        out.setInt(data - 4, out.size() - data);
    }

    private static void endPlain(JuteWriter out, int data) {
        end(out, data);
        out.writeInt(-1);
    }

    private static void writeIds(JuteWriter out, List<AuthId> ids) {
        if (ids.isEmpty()) {
            out.writeInt(-1);
            return;
        }
        out.writeInt(ids.size());
        ids.forEach(id -> AclWire.writeId(out, id));
    }

    /// Reads one packet. `fromLearner` tells which side speaks, since REVALIDATE and PING mean two things. An empty
    /// NEWLEADER text counts as none.
    public QuorumPacket read(DataInput in, boolean fromLearner) throws IOException, MalformedRecordException {
        int type = in.readInt();
        long zxid = in.readLong();
        int length = in.readInt();
        if (length < -1 || length > dataBytesMax) {
            throw new MalformedRecordException("packet of type " + type + " has " + length + " bytes of data");
        }
        byte[] data = null;
        if (length >= 0) {
            data = new byte[length];
            in.readFully(data);
        }
        List<AuthId> ids = readIds(in);
        return decode(type, zxid, data, ids, fromLearner);
    }

    private List<AuthId> readIds(DataInput in) throws IOException, MalformedRecordException {
        int count = in.readInt();
        if (count <= 0) {
            return List.of();
        }
        if (count > AUTH_IDS_MAX) {
            throw new MalformedRecordException("packet has " + count + " identities");
        }
        List<AuthId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String scheme = readText(in);
            ids.add(new AuthId(scheme, readText(in)));
        }
        return ids;
    }

    private @Nullable String readText(DataInput in) throws IOException, MalformedRecordException {
        int length = in.readInt();
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > dataBytesMax) {
            throw new MalformedRecordException("identity of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private QuorumPacket decode(int type, long zxid, byte @Nullable [] data, List<AuthId> ids, boolean fromLearner)
            throws MalformedRecordException {
        return switch (type) {
            case REQUEST -> {
                JuteReader in = new JuteReader(some(type, data));
                yield new QuorumPacket.Request(in.readLong(), in.readInt(), in.readInt(), in.readRest(), ids);
            }
            case PROPOSAL -> new QuorumPacket.Proposal(txns.decode(some(type, data)));
            case ACK -> new QuorumPacket.Ack(zxid);
            case COMMIT -> new QuorumPacket.Commit(zxid);
            case PING -> new QuorumPacket.Ping(zxid, fromLearner ? touches(some(type, data)) : null);
            case REVALIDATE -> {
                JuteReader in = new JuteReader(some(type, data));
                yield fromLearner
                        ? new QuorumPacket.Revalidate(in.readLong(), in.readInt())
                        : new QuorumPacket.Revalidated(in.readLong(), in.readBoolean());
            }
            case SYNC -> new QuorumPacket.Sync(zxid);
            case INFORM -> new QuorumPacket.Inform(txns.decode(some(type, data)));
            case COMMIT_AND_ACTIVATE ->
                new QuorumPacket.CommitAndActivate(zxid, new JuteReader(some(type, data)).readLong());
            case INFORM_AND_ACTIVATE -> {
                JuteReader in = new JuteReader(some(type, data));
                long leader = in.readLong();
                yield new QuorumPacket.InformAndActivate(txns.decode(in.readRest()), leader);
            }
            case NEW_LEADER ->
                new QuorumPacket.NewLeader(
                        zxid, data == null || data.length <= 1 ? null : new String(data, StandardCharsets.UTF_8));
            case FOLLOWER_INFO, OBSERVER_INFO -> learnerInfo(type == OBSERVER_INFO, zxid >> 32, some(type, data));
            case UP_TO_DATE -> new QuorumPacket.UpToDate();
            case DIFF -> new QuorumPacket.Diff(zxid);
            case TRUNC -> new QuorumPacket.Trunc(zxid);
            case SNAP -> new QuorumPacket.Snap(zxid);
            case LEADER_INFO -> new QuorumPacket.LeaderInfo(zxid >> 32, new JuteReader(some(type, data)).readInt());
            case ACK_EPOCH -> new QuorumPacket.AckEpoch(zxid, new JuteReader(some(type, data)).readInt());
            default -> throw new MalformedRecordException("packet of unknown type " + type);
        };
    }

    private static byte[] some(int type, byte @Nullable [] data) throws MalformedRecordException {
        if (data == null) {
            throw new MalformedRecordException("packet of type " + type + " has no data");
        }
        return data;
    }

    private static QuorumPacket learnerInfo(boolean observer, long epoch, byte[] data) throws MalformedRecordException {
        JuteReader in = new JuteReader(data);
        long serverId = in.readLong();
        int version = in.remaining() >= 4 ? in.readInt() : 0;
        return new QuorumPacket.LearnerInfo(
                observer, epoch, serverId, version, in.remaining() >= 8 ? in.readLong() : 0);
    }

    private static List<QuorumPacket.Touch> touches(byte[] data) throws MalformedRecordException {
        JuteReader in = new JuteReader(ByteBuffer.wrap(data));
        List<QuorumPacket.Touch> touches = new ArrayList<>(data.length / 12);
        while (in.remaining() > 0) {
            touches.add(new QuorumPacket.Touch(in.readLong(), in.readInt()));
        }
        return touches;
    }
}
