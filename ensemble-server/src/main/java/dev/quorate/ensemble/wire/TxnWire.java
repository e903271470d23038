package dev.quorate.ensemble.wire;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.port.TxnCodec;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnDigest;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.txn.TxnHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Transactions as in the log and in proposals (storage-formats.md §3, peer-protocol.md §5.1). Stateless; any thread.
public final class TxnWire implements TxnCodec {
    private static final int DIGEST_BYTES = 12;
    private static final int DIGEST_VERSION = 2;

    @Override
    public TxnEntry encode(TxnHeader header, Txn txn, @Nullable TxnDigest digest) {
        JuteWriter out = new JuteWriter(estimate(txn));
        writeHeader(out, header);
        writeBody(out, txn);
        if (digest != null) {
            out.writeInt(digest.version()).writeLong(digest.treeDigest());
        }
        byte[] bytes = out.size() == out.array().length ? out.array() : out.toBytes();
        return new TxnEntry(header, txn, digest, bytes);
    }

    private static int estimate(Txn txn) {
        return switch (txn) {
            case Txn.Create create -> 128 + create.path().length() + length(create.data());
            case Txn.SetData set -> 48 + set.path().length() + length(set.data());
            case Txn.Error _ -> 36;
            case Txn.Multi multi -> 40 + 128 * multi.ops().size();
            case Txn.CreateContainer _,
                    Txn.CreateTtl _,
                    Txn.Delete _,
                    Txn.DeleteContainer _,
                    Txn.Reconfig _,
                    Txn.SetAcl _,
                    Txn.CheckVersion _,
                    Txn.CreateSession _,
                    Txn.CloseSession _ -> 128;
        };
    }

    private static int length(byte @Nullable [] data) {
        return data == null ? 0 : data.length;
    }

    private static void writeHeader(JuteWriter out, TxnHeader header) {
        out.writeLong(header.sessionId())
                .writeInt(header.cxid())
                .writeLong(header.zxid())
                .writeLong(header.timeMillis())
                .writeInt(header.type());
    }

    private static void writeBody(JuteWriter out, Txn txn) {
        switch (txn) {
            case Txn.Create create -> {
                out.writeString(create.path()).writeBuffer(create.data());
                AclWire.writeAcls(out, create.acl());
                out.writeBoolean(create.ephemeral()).writeInt(create.parentCreateCount());
            }
            case Txn.CreateContainer create -> {
                out.writeString(create.path()).writeBuffer(create.data());
                AclWire.writeAcls(out, create.acl());
                out.writeInt(create.parentCreateCount());
            }
            case Txn.CreateTtl create -> {
                out.writeString(create.path()).writeBuffer(create.data());
                AclWire.writeAcls(out, create.acl());
                out.writeInt(create.parentCreateCount()).writeLong(create.ttlMillis());
            }
            case Txn.Delete delete -> out.writeString(delete.path());
            case Txn.DeleteContainer delete -> out.writeString(delete.path());
            case Txn.SetData set ->
                out.writeString(set.path()).writeBuffer(set.data()).writeInt(set.version());
            case Txn.Reconfig set ->
                out.writeString(set.path()).writeBuffer(set.data()).writeInt(set.version());
            case Txn.SetAcl set -> {
                out.writeString(set.path());
                AclWire.writeAcls(out, set.acl());
                out.writeInt(set.aversion());
            }
            case Txn.CheckVersion check -> out.writeString(check.path()).writeInt(check.version());
            case Txn.Multi multi -> {
                out.writeInt(multi.ops().size());
                for (Txn op : multi.ops()) {
                    out.writeInt(op.type());
                    int at = out.size();
                    out.writeInt(0);
                    writeBody(out, op);
                    out.setInt(at, out.size() - at - 4);
                }
            }
            case Txn.CreateSession create -> out.writeInt(create.timeoutMillis());
            case Txn.CloseSession close -> {
                if (close.paths() != null) {
                    out.writeStrings(close.paths());
                }
            }
            case Txn.Error error -> out.writeInt(error.code());
        }
    }

    /// Decodes the payload of a log entry or of a PROPOSAL; the entry keeps the array.
    public TxnEntry decode(byte[] bytes) throws MalformedRecordException {
        JuteReader in = new JuteReader(bytes);
        long sessionId = in.readLong();
        int cxid = in.readInt();
        long zxid = in.readLong();
        long time = in.readLong();
        TxnHeader header = new TxnHeader(sessionId, cxid, zxid, time, in.readInt());
        Txn txn = readBody(header.type(), in);
        TxnDigest digest = in.remaining() >= DIGEST_BYTES ? new TxnDigest(in.readInt(), in.readLong()) : null;
        return new TxnEntry(header, txn, digest, bytes);
    }

    private static Txn readBody(int type, JuteReader in) throws MalformedRecordException {
        return switch (type) {
            case -11 -> readCloseSession(in);
            case -10 -> new Txn.CreateSession(in.readInt());
            case -1 -> new Txn.Error(in.readInt());
            case 1, 15 -> {
                String path = in.readText();
                byte[] data = in.readBuffer();
                List<Acl> acl = acls(in);
                boolean ephemeral = in.readBoolean();
                // Servers before 3.4 left the counter out.
                yield new Txn.Create(path, data, acl, ephemeral, in.remaining() >= 4 ? in.readInt() : -1, type == 15);
            }
            case 2 -> new Txn.Delete(in.readText());
            case 5 -> new Txn.SetData(in.readText(), in.readBuffer(), in.readInt());
            case 7 -> new Txn.SetAcl(in.readText(), acls(in), in.readInt());
            case 13 -> new Txn.CheckVersion(in.readText(), in.readInt());
            case 14 -> readMulti(in);
            case 16 -> new Txn.Reconfig(in.readText(), in.readBuffer(), in.readInt());
            case 19 -> new Txn.CreateContainer(in.readText(), in.readBuffer(), acls(in), in.readInt());
            case 20 -> new Txn.DeleteContainer(in.readText());
            case 21 -> new Txn.CreateTtl(in.readText(), in.readBuffer(), acls(in), in.readInt(), in.readLong());
            default -> throw new MalformedRecordException("transaction of unknown type " + type);
        };
    }

    private static List<Acl> acls(JuteReader in) throws MalformedRecordException {
        List<Acl> acls = AclWire.readAcls(in);
        return acls == null ? List.of() : acls;
    }

    private static Txn readMulti(JuteReader in) throws MalformedRecordException {
        int count = in.readCount(8);
        List<Txn> ops = new ArrayList<>(Math.max(count, 0));
        for (int i = 0; i < count; i++) {
            int type = in.readInt();
            byte[] body = in.readBuffer();
            if (body == null || type == 14) {
                throw new MalformedRecordException(
                        "multi has a member of type " + type + (body == null ? " without body" : ""));
            }
            ops.add(readBody(type, new JuteReader(body)));
        }
        return new Txn.Multi(ops);
    }

    /// A list of paths, nothing at all, or nothing but a digest: the first int decides (storage-formats.md §3,
    /// closeSession pitfall).
    private static Txn readCloseSession(JuteReader in) throws MalformedRecordException {
        boolean absent = in.remaining() == 0 || (in.remaining() == DIGEST_BYTES && in.peekInt() == DIGEST_VERSION);
        return new Txn.CloseSession(absent ? null : in.readStrings());
    }

    @Override
    public ClientRequest decodeRequest(int opCode, byte[] body) {
        if (opCode == OpCode.CREATE_SESSION) {
            // Between servers only: from a client this opcode is refused before it gets here.
            return body.length < 4
                    ? new ClientRequest.Undecodable(opCode)
                    : new ClientRequest.CreateSession(ByteBuffer.wrap(body).getInt());
        }
        return RequestWire.decode(opCode, ByteBuffer.wrap(body));
    }
}
