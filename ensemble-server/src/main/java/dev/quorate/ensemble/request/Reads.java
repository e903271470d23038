package dev.quorate.ensemble.request;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.ReplyBody;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.Znode;
import dev.quorate.ensemble.watch.WatchTables;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers reads from a tree and keeps the watches they ask for. Reads validate no paths: what is not there is not
/// there (client-protocol.md §8).
public final class Reads {
    private static final int ADD_PERSISTENT = 0, ADD_RECURSIVE = 1;
    private static final int CHILDREN = 1, DATA = 2, ANY = 3, PERSISTENT = 4, RECURSIVE = 5;
    private static final long CATCH_UP = -1;

    private final DataTree tree;
    private final WatchTables watches;
    private final Permissions permissions;

    public Reads(RequestConfig config, DataTree tree, WatchTables watches) {
        this.tree = tree;
        this.watches = watches;
        permissions = new Permissions(config);
    }

    /// Evaluates one read of a connection. `events` takes what setWatches has to tell at once, before the reply.
    public ReadResult evaluate(
            ClientRequest request, long connection, long session, List<AuthId> ids, WatchTables.Sink events) {
        return switch (request) {
            case ClientRequest.GetData get -> getData(get.path(), get.watch(), connection, ids);
            case ClientRequest.Exists exists -> exists(exists, connection, ids);
            case ClientRequest.GetChildren get -> children(get.path(), get.watch(), get.withStat(), connection, ids);
            case ClientRequest.GetAcl get -> getAcl(get.path(), ids);
            case ClientRequest.GetAllChildrenNumber get -> countAll(get.path(), ids);
            case ClientRequest.GetEphemerals get -> ephemerals(get.prefix(), session);
            case ClientRequest.MultiRead multi -> multiRead(multi.ops(), connection, ids);
            case ClientRequest.AddWatch add -> addWatch(add, connection);
            case ClientRequest.CheckWatches check -> checkWatches(check.path(), check.type(), connection);
            case ClientRequest.RemoveWatches remove -> removeWatches(remove.path(), remove.type(), connection);
            case ClientRequest.SetWatches set -> setWatches(set, connection, ids, events);
            case ClientRequest.WhoAmI _ -> ReadResult.of(new ReplyBody.Identities(whoAmI(ids)));
            case ClientRequest.Ping _ -> ReadResult.of(ReplyBody.EMPTY);
            case ClientRequest.Sync sync -> ReadResult.of(new ReplyBody.PathOnly(sync.path()));
            case ClientRequest.Undecodable _ -> ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
            case ClientRequest.Create _,
                    ClientRequest.Delete _,
                    ClientRequest.SetData _,
                    ClientRequest.SetAcl _,
                    ClientRequest.Check _,
                    ClientRequest.Multi _,
                    ClientRequest.Reconfig _,
                    ClientRequest.Auth _,
                    ClientRequest.CloseSession _,
                    ClientRequest.CreateSession _,
                    ClientRequest.DeleteContainer _,
                    ClientRequest.Unknown _ -> ReadResult.failed(ErrorCode.UNIMPLEMENTED);
        };
    }

    private boolean mayRead(Znode node, List<AuthId> ids) {
        return permissions.allows(tree.acl(node), Acl.READ, ids);
    }

    /// A znode whose ACL a damaged snapshot lacks is broken, not forbidden.
    private ReadResult denied(Znode node) {
        return ReadResult.failed(tree.acl(node) == null ? ErrorCode.MARSHALLING_ERROR : ErrorCode.NO_AUTH);
    }

    private ReadResult getData(@Nullable String path, boolean watch, long connection, List<AuthId> ids) {
        if (path == null) {
            return ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
        }
        Znode node = tree.get(path);
        if (node == null) {
            return ReadResult.failed(ErrorCode.NO_NODE);
        }
        if (!mayRead(node, ids)) {
            return denied(node);
        }
        if (watch) {
            watches.addData(path, connection);
        }
        return ReadResult.of(new ReplyBody.Data(node.data(), node.stat(tree.extendedTypes())));
    }

    private ReadResult exists(ClientRequest.Exists exists, long connection, List<AuthId> ids) {
        String path = exists.path();
        if (path == null) {
            return ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
        }
        if (path.indexOf('\0') >= 0) {
            return ReadResult.failed(ErrorCode.BAD_ARGUMENTS);
        }
        Znode node = tree.get(path);
        if (node != null && !mayRead(node, ids)) {
            return denied(node);
        }
        if (exists.watch()) {
            watches.addData(path, connection);
        }
        return node == null
                ? ReadResult.failed(ErrorCode.NO_NODE)
                : ReadResult.of(new ReplyBody.StatOnly(node.stat(tree.extendedTypes())));
    }

    private ReadResult children(
            @Nullable String path, boolean watch, boolean withStat, long connection, List<AuthId> ids) {
        if (path == null) {
            return ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
        }
        Znode node = tree.get(path);
        if (node == null) {
            return ReadResult.failed(ErrorCode.NO_NODE);
        }
        if (!mayRead(node, ids)) {
            return denied(node);
        }
        if (watch) {
            watches.addChild(path, connection);
        }
        return ReadResult.of(
                new ReplyBody.Children(node.childNames(), withStat ? node.stat(tree.extendedTypes()) : null));
    }

    private ReadResult getAcl(@Nullable String path, List<AuthId> ids) {
        if (path == null) {
            return ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
        }
        Znode node = tree.get(path);
        if (node == null) {
            return ReadResult.failed(ErrorCode.NO_NODE);
        }
        List<Acl> acl = tree.acl(node);
        if (acl == null) {
            return ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
        }
        if (!permissions.allows(acl, Acl.READ | Acl.ADMIN, ids)) {
            return ReadResult.failed(ErrorCode.NO_AUTH);
        }
        boolean admin = permissions.allows(acl, Acl.ADMIN, ids);
        return ReadResult.of(new ReplyBody.AclAndStat(admin ? acl : masked(acl), node.stat(tree.extendedTypes())));
    }

    /// Who may not administrate the list does not see the hashes in it.
    private static List<Acl> masked(List<Acl> acls) {
        List<Acl> masked = new ArrayList<>(acls.size());
        for (Acl acl : acls) {
            String id = acl.id().id();
            if (Authentication.DIGEST.equals(acl.id().scheme()) && id != null) {
                int colon = id.indexOf(':');
                String user = colon < 0 ? id : id.substring(0, colon);
                masked.add(new Acl(acl.perms(), new AuthId(Authentication.DIGEST, user + ":x")));
            } else {
                masked.add(acl);
            }
        }
        return masked;
    }

    private ReadResult countAll(@Nullable String path, List<AuthId> ids) {
        if (path == null) {
            return ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
        }
        Znode node = tree.get(path);
        if (node == null) {
            return ReadResult.failed(ErrorCode.NO_NODE);
        }
        if (!mayRead(node, ids)) {
            return denied(node);
        }
        // By its other name the root is counted too, as upstream does.
        return ReadResult.of(new ReplyBody.Count(tree.descendants(node) + (path.isEmpty() ? 1 : 0)));
    }

    private ReadResult ephemerals(@Nullable String prefix, long session) {
        List<String> paths = new ArrayList<>();
        boolean all = prefix == null || prefix.isBlank() || prefix.equals("/");
        for (String path : tree.ephemeralsOf(session)) {
            if (all || path.startsWith(prefix)) {
                paths.add(path);
            }
        }
        return ReadResult.of(new ReplyBody.Paths(paths));
    }

    private ReadResult multiRead(List<ClientRequest> ops, long connection, List<AuthId> ids) {
        List<ReplyBody.Result> results = new ArrayList<>(ops.size());
        for (ClientRequest op : ops) {
            ReadResult result;
            int type;
            // Watch flags inside a multiRead are ignored.
            switch (op) {
                case ClientRequest.GetData get -> {
                    type = 4;
                    result = getData(get.path(), false, connection, ids);
                }
                case ClientRequest.GetChildren get -> {
                    type = 8;
                    result = children(get.path(), false, false, connection, ids);
                }
                default -> {
                    // Writes only: nothing is executed, the reply is an error with an empty list.
                    return new ReadResult(ErrorCode.MARSHALLING_ERROR, new ReplyBody.Multi(List.of()));
                }
            }
            if (result.error() == ErrorCode.MARSHALLING_ERROR) {
                // One that cannot be answered spoils the whole.
                return new ReadResult(ErrorCode.MARSHALLING_ERROR, new ReplyBody.Multi(List.of()));
            }
            results.add(
                    result.error() == ErrorCode.OK
                            ? new ReplyBody.Result(type, result.body())
                            : new ReplyBody.Result(
                                    -1, new ReplyBody.ErrorOnly(result.error().code())));
        }
        return ReadResult.of(new ReplyBody.Multi(results));
    }

    private ReadResult addWatch(ClientRequest.AddWatch add, long connection) {
        String path = add.path();
        if (path == null) {
            return ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
        }
        switch (add.mode()) {
            case ADD_PERSISTENT -> watches.addPersistent(path, connection);
            case ADD_RECURSIVE -> watches.addRecursive(path, connection);
            default -> {
                return ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
            }
        }
        return ReadResult.of(new ReplyBody.ErrorOnly(0));
    }

    private ReadResult checkWatches(@Nullable String path, int type, long connection) {
        if (path == null) {
            return ReadResult.failed(ErrorCode.NO_WATCHER);
        }
        boolean there;
        switch (type) {
            case CHILDREN -> there = watches.hasChild(path, connection, WatchTables.STANDARD);
            case DATA -> there = watches.hasData(path, connection, WatchTables.STANDARD);
            case ANY ->
                there = watches.hasData(path, connection, WatchTables.ANY)
                        || watches.hasChild(path, connection, WatchTables.ANY);
            case PERSISTENT -> there = watches.hasData(path, connection, WatchTables.PERSISTENT);
            case RECURSIVE -> there = watches.hasData(path, connection, WatchTables.RECURSIVE);
            default -> {
                return ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
            }
        }
        return there ? ReadResult.of(ReplyBody.EMPTY) : ReadResult.failed(ErrorCode.NO_WATCHER);
    }

    private ReadResult removeWatches(@Nullable String path, int type, long connection) {
        if (path == null) {
            return ReadResult.failed(ErrorCode.NO_WATCHER);
        }
        boolean removed;
        switch (type) {
            case CHILDREN -> removed = watches.removeChild(path, connection, WatchTables.STANDARD);
            case DATA -> removed = watches.removeData(path, connection, WatchTables.STANDARD);
            case ANY ->
                removed = watches.removeData(path, connection, WatchTables.ANY)
                        | watches.removeChild(path, connection, WatchTables.ANY);
            case PERSISTENT ->
                removed = watches.removeData(path, connection, WatchTables.PERSISTENT)
                        | watches.removeChild(path, connection, WatchTables.PERSISTENT);
            case RECURSIVE -> removed = watches.removeData(path, connection, WatchTables.RECURSIVE);
            default -> {
                return ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
            }
        }
        return removed ? ReadResult.of(ReplyBody.EMPTY) : ReadResult.failed(ErrorCode.NO_WATCHER);
    }

    private ReadResult setWatches(
            ClientRequest.SetWatches set, long connection, List<AuthId> ids, WatchTables.Sink events) {
        List<String> data = set.data();
        List<String> exist = set.exist();
        List<String> child = set.child();
        List<String> persistent = set.second() ? set.persistent() : List.of();
        List<String> recursive = set.second() ? set.persistentRecursive() : List.of();
        if (data == null || exist == null || child == null || persistent == null || recursive == null) {
            return ReadResult.failed(ErrorCode.MARSHALLING_ERROR);
        }
        for (String path : data) {
            Znode node = tree.get(path);
            if (node == null) {
                catchUp(events, connection, WatchEvent.Type.NODE_DELETED, path);
            } else if (node.mzxid() > set.relativeZxid()) {
                catchUp(events, connection, WatchEvent.Type.NODE_DATA_CHANGED, path, node, ids);
            } else {
                watches.addData(path, connection);
            }
        }
        for (String path : exist) {
            Znode node = tree.get(path);
            if (node != null) {
                catchUp(events, connection, WatchEvent.Type.NODE_CREATED, path, node, ids);
            } else {
                watches.addData(path, connection);
            }
        }
        for (String path : child) {
            Znode node = tree.get(path);
            if (node == null) {
                catchUp(events, connection, WatchEvent.Type.NODE_DELETED, path);
            } else if (node.pzxid() > set.relativeZxid()) {
                catchUp(events, connection, WatchEvent.Type.NODE_CHILDREN_CHANGED, path, node, ids);
            } else {
                watches.addChild(path, connection);
            }
        }
        persistent.forEach(path -> watches.addPersistent(path, connection));
        recursive.forEach(path -> watches.addRecursive(path, connection));
        return ReadResult.of(ReplyBody.EMPTY);
    }

    private void catchUp(
            WatchTables.Sink events, long connection, WatchEvent.Type type, String path, Znode node, List<AuthId> ids) {
        if (mayRead(node, ids)) {
            catchUp(events, connection, type, path);
        }
    }

    private static void catchUp(WatchTables.Sink events, long connection, WatchEvent.Type type, String path) {
        events.fired(connection, new WatchEvent(type, path, CATCH_UP));
    }

    /// Of a digest identity only the user is shown.
    private static List<AuthId> whoAmI(List<AuthId> ids) {
        List<AuthId> shown = new ArrayList<>(ids.size());
        for (AuthId id : ids) {
            String name = id.id();
            int colon = Authentication.DIGEST.equals(id.scheme()) && name != null ? name.indexOf(':') : -1;
            shown.add(colon < 0 || name == null ? id : new AuthId(id.scheme(), name.substring(0, colon)));
        }
        return shown;
    }
}
