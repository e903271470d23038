package dev.quorate.ensemble.wire;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Request records after their header (client-protocol.md §5, §6).
final class RequestWire {
    private RequestWire() {}

    static ClientRequest decode(int opCode, ByteBuffer body) {
        try {
            return read(opCode, new JuteReader(body));
        } catch (MalformedRecordException e) {
            return new ClientRequest.Undecodable(opCode);
        }
    }

    private static ClientRequest read(int opCode, JuteReader in) throws MalformedRecordException {
        return switch (opCode) {
            case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER ->
                new ClientRequest.Create(
                        opCode, in.readString(), in.readBuffer(), AclWire.readAcls(in), in.readInt(), -1);
            case OpCode.CREATE_TTL ->
                new ClientRequest.Create(
                        opCode, in.readString(), in.readBuffer(), AclWire.readAcls(in), in.readInt(), in.readLong());
            case OpCode.DELETE -> new ClientRequest.Delete(in.readString(), in.readInt());
            case OpCode.EXISTS -> new ClientRequest.Exists(in.readString(), in.readBoolean());
            case OpCode.GET_DATA -> new ClientRequest.GetData(in.readString(), in.readBoolean());
            case OpCode.SET_DATA -> new ClientRequest.SetData(in.readString(), in.readBuffer(), in.readInt());
            case OpCode.GET_ACL -> new ClientRequest.GetAcl(in.readString());
            case OpCode.SET_ACL -> new ClientRequest.SetAcl(in.readString(), AclWire.readAcls(in), in.readInt());
            case OpCode.GET_CHILDREN -> new ClientRequest.GetChildren(in.readString(), in.readBoolean(), false);
            case OpCode.GET_CHILDREN2 -> new ClientRequest.GetChildren(in.readString(), in.readBoolean(), true);
            case OpCode.SYNC -> new ClientRequest.Sync(in.readString());
            case OpCode.PING -> new ClientRequest.Ping();
            case OpCode.MULTI -> new ClientRequest.Multi(readOps(in, false));
            case OpCode.MULTI_READ -> new ClientRequest.MultiRead(readOps(in, true));
            case OpCode.RECONFIG ->
                new ClientRequest.Reconfig(in.readString(), in.readString(), in.readString(), in.readLong());
            case OpCode.CHECK_WATCHES -> new ClientRequest.CheckWatches(in.readString(), in.readInt());
            case OpCode.REMOVE_WATCHES -> new ClientRequest.RemoveWatches(in.readString(), in.readInt());
            case OpCode.ADD_WATCH -> new ClientRequest.AddWatch(in.readString(), in.readInt());
            case OpCode.SET_WATCHES ->
                new ClientRequest.SetWatches(
                        in.readLong(), in.readStrings(), in.readStrings(), in.readStrings(), null, null, false);
            case OpCode.SET_WATCHES2 ->
                new ClientRequest.SetWatches(
                        in.readLong(),
                        in.readStrings(),
                        in.readStrings(),
                        in.readStrings(),
                        in.readStrings(),
                        in.readStrings(),
                        true);
            case OpCode.GET_EPHEMERALS -> new ClientRequest.GetEphemerals(in.readString());
            case OpCode.GET_ALL_CHILDREN_NUMBER -> new ClientRequest.GetAllChildrenNumber(in.readString());
            case OpCode.WHO_AM_I -> new ClientRequest.WhoAmI();
            case OpCode.AUTH -> {
                in.readInt();
                yield new ClientRequest.Auth(in.readString(), in.readBuffer());
            }
            case OpCode.CLOSE_SESSION -> new ClientRequest.CloseSession();
            default -> new ClientRequest.Unknown(opCode);
        };
    }

    /// What may not be in a multi, or not in one of this kind, spoils the whole record (client-protocol.md §6).
    private static List<ClientRequest> readOps(JuteReader in, boolean reads) throws MalformedRecordException {
        List<ClientRequest> ops = new ArrayList<>();
        boolean mixed = false;
        while (true) {
            int type = in.readInt();
            boolean done = in.readBoolean();
            in.readInt();
            if (done) {
                if (mixed && (!reads || ops.stream().anyMatch(RequestWire::isRead))) {
                    throw new MalformedRecordException("reads and writes in one multi");
                }
                return ops;
            }
            switch (type) {
                case OpCode.CHECK -> ops.add(new ClientRequest.Check(in.readString(), in.readInt()));
                case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER, OpCode.CREATE_TTL ->
                    ops.add(creation((ClientRequest.Create) read(type, in)));
                case OpCode.DELETE, OpCode.SET_DATA, OpCode.GET_DATA, OpCode.GET_CHILDREN -> ops.add(read(type, in));
                default -> throw new MalformedRecordException("operation " + type + " in a multi");
            }
            mixed |= isRead(ops.getLast()) != reads;
        }
    }

    private static boolean isRead(ClientRequest op) {
        return op instanceof ClientRequest.GetData || op instanceof ClientRequest.GetChildren;
    }

    /// Inside a multi, flags that cannot be spoil the record, and createTTL without a TTL is an ordinary create.
    private static ClientRequest.Create creation(ClientRequest.Create create) throws MalformedRecordException {
        boolean ttl = create.flags() == 5 || create.flags() == 6;
        if (create.opCode() == OpCode.CREATE_TTL) {
            return ttl || create.flags() < 0 || create.flags() > 6
                    ? create
                    : new ClientRequest.Create(
                            OpCode.CREATE, create.path(), create.data(), create.acl(), create.flags(), -1);
        }
        if (ttl || create.flags() < 0 || create.flags() > 6) {
            throw new MalformedRecordException("create in a multi has flags " + create.flags());
        }
        return create;
    }
}
