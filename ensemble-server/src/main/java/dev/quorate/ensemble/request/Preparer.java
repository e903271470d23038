package dev.quorate.ensemble.request;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.ZnodePath;
import dev.quorate.ensemble.request.PendingChanges.Record;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.Znode;
import dev.quorate.ensemble.txn.Txn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides a write on the leader: the transaction to propose, which is [Txn.Error] where the request fails. What it
/// will change is noted in the [PendingChanges], so that the next request sees it; the tree itself is not touched.
public final class Preparer {
    private static final int EPHEMERAL = 1, SEQUENTIAL = 2, EPHEMERAL_SEQUENTIAL = 3, CONTAINER = 4, TTL = 5;
    private static final int TTL_SEQUENTIAL = 6;

    /// A request that fails with this code; without a trace, since it is an answer and no accident.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final ErrorCode code;

        Refused(ErrorCode code) {
            super(code.name(), null, false, false);
            this.code = code;
        }
    }

    private final RequestConfig config;
    private final Permissions permissions;
    private final DataTree tree;
    private final PendingChanges pending;
    private long millis;
    private ErrorCode ephemerals = ErrorCode.OK;

    public Preparer(RequestConfig config, DataTree tree, PendingChanges pending) {
        this.config = config;
        this.permissions = new Permissions(config);
        this.tree = tree;
        this.pending = pending;
    }

    /// The transaction for a write that will get this zxid and this time. `ids` are the identities of the client when
    /// the request was read.
    public Txn prepare(ClientRequest request, long session, List<AuthId> ids, long zxid, long wallMillis) {
        return prepare(request, session, ids, zxid, wallMillis, ErrorCode.OK);
    }

    /// `ephemeral` is how creating an ephemeral fails for a session that may own none, else OK.
    public Txn prepare(
            ClientRequest request, long session, List<AuthId> ids, long zxid, long wallMillis, ErrorCode ephemeral) {
        millis = wallMillis;
        ephemerals = ephemeral;
        try {
            return decide(request, session, ids, zxid);
        } catch (Refused refused) {
            return new Txn.Error(refused.code.code());
        }
    }

    private Txn decide(ClientRequest request, long session, List<AuthId> ids, long zxid) throws Refused {
        return switch (request) {
            case ClientRequest.Create create -> create(create, session, ids, zxid);
            case ClientRequest.Delete delete -> delete(delete, ids, zxid);
            case ClientRequest.SetData set -> setData(set, ids, zxid);
            case ClientRequest.SetAcl set -> setAcl(set, ids, zxid);
            case ClientRequest.Check check -> check(check, ids);
            case ClientRequest.Multi multi -> multi(multi, session, ids, zxid);
            case ClientRequest.CreateSession create -> new Txn.CreateSession(create.timeoutMillis());
            case ClientRequest.CloseSession _ -> closeSession(session, zxid);
            case ClientRequest.DeleteContainer delete -> deleteContainer(delete.path(), zxid);
            // Never in a multi; else the leader decides it, who knows the members: see reconfigure.
            case ClientRequest.Reconfig _ -> throw new Refused(ErrorCode.UNIMPLEMENTED);
            case ClientRequest.Undecodable _ -> throw new Refused(ErrorCode.MARSHALLING_ERROR);
            case ClientRequest.Exists _,
                    ClientRequest.GetData _,
                    ClientRequest.GetAcl _,
                    ClientRequest.GetChildren _,
                    ClientRequest.Sync _,
                    ClientRequest.MultiRead _,
                    ClientRequest.CheckWatches _,
                    ClientRequest.RemoveWatches _,
                    ClientRequest.AddWatch _,
                    ClientRequest.SetWatches _,
                    ClientRequest.GetEphemerals _,
                    ClientRequest.GetAllChildrenNumber _,
                    ClientRequest.WhoAmI _,
                    ClientRequest.Ping _,
                    ClientRequest.Auth _,
                    ClientRequest.Unknown _ -> throw new Refused(ErrorCode.UNIMPLEMENTED);
        };
    }

    /// The transaction for another configuration, whose text this is, if the client may write where it stands.
    public Txn reconfigure(String config, List<AuthId> ids, long zxid, long wallMillis) {
        try {
            Record record = existing(ZnodePath.CONFIG);
            permit(record, Acl.WRITE, ids);
            byte[] data = config.getBytes(StandardCharsets.UTF_8);
            pending.put(tree, ZnodePath.CONFIG, record.withData(zxid, wallMillis, -1, data));
            return new Txn.Reconfig(ZnodePath.CONFIG, data, -1);
        } catch (Refused refused) {
            return new Txn.Error(refused.code.code());
        }
    }

    private static String path(@Nullable String path) throws Refused {
        if (path == null) {
            throw new Refused(ErrorCode.MARSHALLING_ERROR);
        }
        return path;
    }

    private static String parentOf(String path) throws Refused {
        if (!ZnodePath.hasParent(path)) {
            throw new Refused(ErrorCode.BAD_ARGUMENTS);
        }
        return ZnodePath.parent(path);
    }

    private static String valid(@Nullable String path) throws Refused {
        if (path == null || !ZnodePath.isValid(path)) {
            throw new Refused(ErrorCode.BAD_ARGUMENTS);
        }
        return path;
    }

    private Record existing(String path) throws Refused {
        Record record = pending.get(tree, PendingChanges.key(path));
        if (record == null) {
            throw new Refused(ErrorCode.NO_NODE);
        }
        return record;
    }

    private void permit(Record record, int perm, List<AuthId> ids) throws Refused {
        if (!permissions.allows(record.acl(), perm, ids)) {
            throw new Refused(record.acl() == null ? ErrorCode.MARSHALLING_ERROR : ErrorCode.NO_AUTH);
        }
    }

    private static int nextVersion(int current, int expected) throws Refused {
        if (expected != -1 && expected != current) {
            throw new Refused(ErrorCode.BAD_VERSION);
        }
        return current + 1;
    }

    private Txn create(ClientRequest.Create create, long session, List<AuthId> ids, long zxid) throws Refused {
        int flags = create.flags();
        checkFlags(create);
        if (ephemerals != ErrorCode.OK && (flags == EPHEMERAL || flags == EPHEMERAL_SEQUENTIAL)) {
            throw new Refused(ephemerals);
        }
        String path = path(create.path());
        String parentKey = parentOf(path);
        List<Acl> acl = Permissions.fix(create.acl(), ids);
        if (acl == null) {
            throw new Refused(ErrorCode.INVALID_ACL);
        }
        Record parent = existing(parentKey);
        permit(parent, Acl.CREATE, ids);
        boolean sequential = flags == SEQUENTIAL || flags == EPHEMERAL_SEQUENTIAL || flags == TTL_SEQUENTIAL;
        String full = path;
        if (sequential) {
            if (parent.createCount() == Integer.MAX_VALUE) {
                // Upstream issues the same number again from here on (client-protocol.md §10): refuse instead.
                throw new Refused(ErrorCode.BAD_ARGUMENTS);
            }
            full = path + sequence(parent.createCount());
        }
        if (!ZnodePath.isValid(full)) {
            throw new Refused(ErrorCode.BAD_ARGUMENTS);
        }
        String key = PendingChanges.key(full);
        if (pending.get(tree, key) != null) {
            throw new Refused(ErrorCode.NODE_EXISTS);
        }
        if (EphemeralOwner.isSession(parent.owner(), config.extendedTypes())) {
            throw new Refused(ErrorCode.NO_CHILDREN_FOR_EPHEMERALS);
        }
        byte[] data = create.data();
        checkQuota(key, data == null ? 0 : data.length, 1);
        Record newParent = parent.withChild(zxid);
        int createCount = newParent.createCount();
        boolean ephemeral = flags == EPHEMERAL || flags == EPHEMERAL_SEQUENTIAL;
        Txn txn;
        long owner = EphemeralOwner.NONE;
        if (create.opCode() == OpCode.CREATE_CONTAINER || flags == CONTAINER) {
            owner = EphemeralOwner.CONTAINER;
            txn = new Txn.CreateContainer(full, data, acl, createCount);
        } else if (create.opCode() == OpCode.CREATE_TTL) {
            owner = EphemeralOwner.ttl(create.ttlMillis());
            txn = new Txn.CreateTtl(full, data, acl, createCount, create.ttlMillis());
        } else {
            owner = ephemeral ? session : EphemeralOwner.NONE;
            txn = new Txn.Create(full, data, acl, ephemeral, createCount, create.opCode() == OpCode.CREATE2);
        }
        pending.put(tree, parentKey, newParent);
        pending.put(tree, key, Record.created(zxid, millis, owner, acl, data));
        return txn;
    }

    private static String sequence(int number) {
        String digits = Integer.toString(number);
        return "0".repeat(10 - digits.length()) + digits;
    }

    private void checkFlags(ClientRequest.Create create) throws Refused {
        int flags = create.flags();
        if (flags < 0 || flags > TTL_SEQUENTIAL) {
            throw new Refused(ErrorCode.BAD_ARGUMENTS);
        }
        boolean ttlMode = flags == TTL || flags == TTL_SEQUENTIAL;
        if (ttlMode && !config.extendedTypes()) {
            throw new Refused(ErrorCode.UNIMPLEMENTED);
        }
        boolean ttlRequest = create.opCode() == OpCode.CREATE_TTL;
        if (ttlMode != ttlRequest) {
            throw new Refused(ErrorCode.BAD_ARGUMENTS);
        }
        if (ttlMode && (create.ttlMillis() < 1 || create.ttlMillis() > EphemeralOwner.TTL_MAX_MILLIS)) {
            throw new Refused(ErrorCode.BAD_ARGUMENTS);
        }
    }

    private Txn delete(ClientRequest.Delete delete, List<AuthId> ids, long zxid) throws Refused {
        String path = path(delete.path());
        String parentKey = parentOf(path);
        if (ZnodePath.isBuiltIn(path)) {
            throw new Refused(ErrorCode.BAD_ARGUMENTS);
        }
        Record parent = existing(parentKey);
        permit(parent, Acl.DELETE, ids);
        Record record = existing(path);
        nextVersion(record.version(), delete.version());
        remove(path, parentKey, parent, record, zxid);
        return new Txn.Delete(path);
    }

    private void remove(String path, String parentKey, Record parent, Record record, long zxid) throws Refused {
        if (record.children() > 0) {
            throw new Refused(ErrorCode.NOT_EMPTY);
        }
        pending.put(tree, parentKey, parent.withoutChild(zxid));
        pending.put(tree, path, record.gone(zxid));
    }

    private Txn deleteContainer(String path, long zxid) throws Refused {
        String parentKey = parentOf(path);
        Record parent = existing(parentKey);
        Record record = existing(path);
        if (EphemeralOwner.isSession(record.owner(), config.extendedTypes())) {
            throw new Refused(ErrorCode.BAD_VERSION);
        }
        remove(path, parentKey, parent, record, zxid);
        return new Txn.DeleteContainer(path);
    }

    private Txn setData(ClientRequest.SetData set, List<AuthId> ids, long zxid) throws Refused {
        String path = valid(set.path());
        String key = PendingChanges.key(path);
        Record record = existing(path);
        permit(record, Acl.WRITE, ids);
        byte[] data = set.data();
        int length = data == null ? 0 : data.length;
        checkQuota(key, length - record.dataLength(), 0);
        int version = nextVersion(record.version(), set.version());
        pending.put(tree, key, record.withData(zxid, millis, version, data));
        return new Txn.SetData(path, data, version);
    }

    private Txn setAcl(ClientRequest.SetAcl set, List<AuthId> ids, long zxid) throws Refused {
        String path = valid(set.path());
        List<Acl> acl = Permissions.fix(set.acl(), ids);
        if (acl == null) {
            throw new Refused(ErrorCode.INVALID_ACL);
        }
        Record record = existing(path);
        permit(record, Acl.ADMIN, ids);
        int aversion = nextVersion(record.aversion(), set.version());
        pending.put(tree, PendingChanges.key(path), record.withAcl(zxid, aversion, acl));
        return new Txn.SetAcl(path, acl, aversion);
    }

    private Txn check(ClientRequest.Check check, List<AuthId> ids) throws Refused {
        String path = valid(check.path());
        Record record = existing(path);
        permit(record, Acl.READ, ids);
        return new Txn.CheckVersion(path, nextVersion(record.version(), check.version()));
    }

    private Txn multi(ClientRequest.Multi multi, long session, List<AuthId> ids, long zxid) throws Refused {
        for (ClientRequest op : multi.ops()) {
            path(pathOf(op));
        }
        List<Txn> ops = new ArrayList<>(multi.ops().size());
        boolean failed = false;
        pending.begin();
        for (ClientRequest op : multi.ops()) {
            if (failed) {
                ops.add(new Txn.Error(ErrorCode.RUNTIME_INCONSISTENCY.code()));
                continue;
            }
            try {
                ops.add(decide(op, session, ids, zxid));
            } catch (Refused refused) {
                failed = true;
                ops.add(new Txn.Error(refused.code.code()));
            }
        }
        if (failed) {
            pending.takeBack();
        } else {
            pending.keep();
        }
        return new Txn.Multi(ops);
    }

    /// Of a member of a multi.
    private static @Nullable String pathOf(ClientRequest op) {
        return switch (op) {
            case ClientRequest.Create create -> create.path();
            case ClientRequest.Delete delete -> delete.path();
            case ClientRequest.SetData set -> set.path();
            case ClientRequest.Check check -> check.path();
            default -> throw new IllegalStateException("no member of a multi: " + op);
        };
    }

    private Txn closeSession(long session, long zxid) {
        List<String> paths = pending.ephemeralsOf(tree, session);
        for (String path : paths) {
            String parentKey = ZnodePath.parent(path);
            Record parent = pending.get(tree, parentKey);
            Record record = pending.get(tree, path);
            if (parent != null && record != null) {
                pending.put(tree, parentKey, parent.withoutChild(zxid));
                pending.put(tree, path, record.gone(zxid));
            }
        }
        return new Txn.CloseSession(paths);
    }

    /// Hard limits of the deepest quota above, against usage already applied (client-protocol.md §13).
    private void checkQuota(String key, int bytes, int count) throws Refused {
        if (!config.enforceQuota() || key.startsWith("/zookeeper/")) {
            return;
        }
        for (String at = key; !at.isEmpty(); at = ZnodePath.parent(at)) {
            Znode limits = tree.get(ZnodePath.QUOTA + at + "/zookeeper_limits");
            if (limits != null) {
                Znode stats = tree.get(ZnodePath.QUOTA + at + "/zookeeper_stats");
                QuotaLimits limit = QuotaLimits.parse(limits.data());
                QuotaLimits usage = stats == null ? QuotaLimits.NONE : QuotaLimits.parse(stats.data());
                if (limit == null || usage == null) {
                    throw new Refused(ErrorCode.MARSHALLING_ERROR);
                }
                if (exceeds(limit, usage, bytes, count)) {
                    throw new Refused(ErrorCode.QUOTA_EXCEEDED);
                }
                return;
            }
        }
    }

    private static boolean exceeds(QuotaLimits limits, QuotaLimits usage, int bytes, int count) {
        return (count != 0 && limits.countHard() > -1 && Math.max(usage.count(), 0) + count > limits.countHard())
                || (bytes != 0 && limits.bytesHard() > -1 && Math.max(usage.bytes(), 0) + bytes > limits.bytesHard());
    }
}
