package dev.quorate.ensemble.wire;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.ConnectRequest;
import dev.quorate.ensemble.message.ConnectResponse;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.ReplyBody;
import dev.quorate.ensemble.message.WatchEvent;
import java.nio.ByteBuffer;
import java.util.List;

/// Frames between a client and its server. Reading takes the payload of one frame; writing appends a whole frame,
/// length included.
public final class ClientWire {
    private static final int SYNC_CONNECTED = 3;
    private static final int NOTIFICATION_XID = -1;

    private ClientWire() {}

    /// The first frame of a connection.
    public static ConnectRequest readConnect(ByteBuffer frame) throws MalformedRecordException {
        JuteReader in = new JuteReader(frame);
        in.readInt();
        long lastZxid = in.readLong();
        int timeout = in.readInt();
        long session = in.readLong();
        byte[] password = in.readBuffer();
        return new ConnectRequest(
                lastZxid, timeout, session, password, in.remaining() > 0 ? (Boolean) in.readBoolean() : null);
    }

    /// The record behind the header of a client's request; a record that cannot be read becomes a value that says so.
    public static ClientRequest readRequest(int opCode, ByteBuffer body) {
        return RequestWire.decode(opCode, body);
    }

    public static void writeConnected(JuteWriter out, ConnectResponse response) {
        int start = begin(out);
        out.writeInt(0).writeInt(response.timeoutMillis()).writeLong(response.sessionId());
        out.writeBuffer(response.password());
        Boolean readOnly = response.readOnly();
        if (readOnly != null) {
            out.writeBoolean(readOnly);
        }
        end(out, start);
    }

    public static void writeEvent(JuteWriter out, WatchEvent event) {
        int start = begin(out);
        out.writeInt(NOTIFICATION_XID).writeLong(event.zxid()).writeInt(0);
        out.writeInt(event.type().code()).writeInt(SYNC_CONNECTED).writeString(event.path());
        end(out, start);
    }

    public static void writeReply(JuteWriter out, Reply reply) {
        int start = begin(out);
        out.writeInt(reply.xid()).writeLong(reply.zxid()).writeInt(reply.error());
        writeBody(out, reply.body());
        end(out, start);
    }

    private static int begin(JuteWriter out) {
        int start = out.size();
        out.writeInt(0);
        return start;
    }

    private static void end(JuteWriter out, int start) {
        out.setInt(start, out.size() - start - 4);
    }

    private static void writeBody(JuteWriter out, ReplyBody body) {
        switch (body) {
            case ReplyBody.Empty _ -> {}
            case ReplyBody.PathOnly path -> out.writeString(path.path());
            case ReplyBody.PathAndStat created -> {
                out.writeString(created.path());
                AclWire.writeStat(out, created.stat());
            }
            case ReplyBody.StatOnly stat -> AclWire.writeStat(out, stat.stat());
            case ReplyBody.Data data -> {
                out.writeBuffer(data.data());
                AclWire.writeStat(out, data.stat());
            }
            case ReplyBody.Children children -> {
                out.writeStrings(children.names());
                if (children.stat() != null) {
                    AclWire.writeStat(out, children.stat());
                }
            }
            case ReplyBody.AclAndStat acl -> {
                AclWire.writeAcls(out, acl.acl());
                AclWire.writeStat(out, acl.stat());
            }
            case ReplyBody.Paths paths -> out.writeStrings(paths.paths());
            case ReplyBody.Count count -> out.writeInt(count.count());
            case ReplyBody.ErrorOnly error -> out.writeInt(error.code());
            case ReplyBody.Identities ids -> {
                out.writeInt(ids.ids().size());
                ids.ids().forEach(id -> AclWire.writeId(out, id));
            }
            case ReplyBody.Multi multi -> writeMulti(out, multi.results());
        }
    }

    private static void writeMulti(JuteWriter out, List<ReplyBody.Result> results) {
        for (ReplyBody.Result result : results) {
            int error = result.body() instanceof ReplyBody.ErrorOnly(int code) ? code : 0;
            out.writeInt(result.type()).writeBoolean(false).writeInt(error);
            writeBody(out, result.body());
        }
        out.writeInt(OpCode.ERROR).writeBoolean(true).writeInt(-1);
    }
}
