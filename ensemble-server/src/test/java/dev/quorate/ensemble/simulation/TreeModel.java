package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the committed transactions mean, written down in the most obvious way: for each path, what was there from which
/// zxid on. Knows nothing of the real tree, and so can say what any read at any zxid had to answer.
final class TreeModel {
    /// A znode from `since` on; `owner` 0 for nobody.
    record Node(long since, byte @Nullable [] data, int version, long czxid, long owner) {}

    /// Versions of one path by zxid; null while nothing is there.
    private final TreeMap<String, TreeMap<Long, Node>> paths = new TreeMap<>();
    /// When the list of children of a path has changed.
    private final Map<String, TreeSet<Long>> childChanges = new HashMap<>();
    private final Map<Long, TreeSet<String>> ephemerals = new HashMap<>();
    private final TreeSet<Long> sessions = new TreeSet<>();
    private final TreeSet<Long> everSessions = new TreeSet<>();

    TreeModel() {
        put("", 0, new Node(0, null, 0, 0, 0));
    }

    private void put(String path, long zxid, @Nullable Node node) {
        paths.computeIfAbsent(path, key -> new TreeMap<>()).put(zxid, node);
    }

    @Nullable
    Node at(String path, long zxid) {
        TreeMap<Long, Node> versions = paths.get(path);
        Map.Entry<Long, Node> entry = versions == null ? null : versions.floorEntry(zxid);
        return entry == null ? null : entry.getValue();
    }

    /// The first zxid after `zxid` at which a path was created, changed or deleted; `Long.MAX_VALUE` if there is none.
    long nextChange(String path, long zxid) {
        TreeMap<Long, Node> versions = paths.get(path);
        Long next = versions == null ? null : versions.higherKey(zxid);
        return next == null ? Long.MAX_VALUE : next;
    }

    /// Likewise for its children coming and going.
    long nextChildChange(String path, long zxid) {
        TreeSet<Long> changes = childChanges.get(path);
        Long next = changes == null ? null : changes.higher(zxid);
        return next == null ? Long.MAX_VALUE : next;
    }

    List<String> children(String parent, long zxid) {
        List<String> names = new ArrayList<>();
        String prefix = parent + "/";
        for (Map.Entry<String, TreeMap<Long, Node>> entry :
                paths.tailMap(prefix, true).entrySet()) {
            String path = entry.getKey();
            if (!path.startsWith(prefix)) {
                break;
            }
            if (path.indexOf('/', prefix.length()) < 0 && at(path, zxid) != null) {
                names.add(path.substring(prefix.length()));
            }
        }
        return names;
    }

    boolean hasSession(long session) {
        return sessions.contains(session);
    }

    /// True also when it has ended; false for one that only its server knew.
    boolean hadSession(long session) {
        return everSessions.contains(session);
    }

    void apply(TxnEntry entry) {
        apply(entry.zxid(), entry.header().sessionId(), entry.txn());
    }

    private void apply(long zxid, long session, Txn txn) {
        switch (txn) {
            case Txn.Create create -> create(zxid, create.path(), create.data(), create.ephemeral() ? session : 0);
            case Txn.CreateContainer create -> create(zxid, create.path(), create.data(), 0);
            case Txn.CreateTtl create -> create(zxid, create.path(), create.data(), 0);
            case Txn.Delete delete -> delete(zxid, delete.path());
            case Txn.DeleteContainer delete -> delete(zxid, delete.path());
            case Txn.SetData set -> setData(zxid, set);
            case Txn.Multi multi -> {
                if (multi.ops().stream().noneMatch(op -> op instanceof Txn.Error)) {
                    multi.ops().forEach(op -> apply(zxid, session, op));
                }
            }
            case Txn.CreateSession _ -> {
                sessions.add(session);
                everSessions.add(session);
            }
            case Txn.CloseSession close -> close(zxid, session, close);
            case Txn.SetAcl _, Txn.CheckVersion _, Txn.Error _ -> {}
            case Txn.Reconfig _ -> throw new IllegalStateException("no reconfiguration here");
        }
    }

    private void create(long zxid, String path, byte @Nullable [] data, long owner) {
        String parent = path.substring(0, path.lastIndexOf('/'));
        Node above = at(parent, zxid);
        if (above == null || at(path, zxid) != null) {
            throw new Violation("CommittedTxnsTakeEffect", "create " + path + " at " + Zxid.hex(zxid));
        }
        if (above.owner != 0) {
            throw new Violation("CommittedTxnsTakeEffect", "child of an ephemeral: " + path);
        }
        if (owner != 0) {
            if (!sessions.contains(owner)) {
                throw new Violation(
                        "EphemeralsLiveAsTheirSession",
                        path + " created for dead session 0x" + Long.toHexString(owner) + " at " + Zxid.hex(zxid));
            }
            ephemerals.computeIfAbsent(owner, key -> new TreeSet<>()).add(path);
        }
        put(path, zxid, new Node(zxid, data, 0, zxid, owner));
        childrenOf(parent).add(zxid);
    }

    private TreeSet<Long> childrenOf(String parent) {
        return childChanges.computeIfAbsent(parent, key -> new TreeSet<>());
    }

    private void delete(long zxid, String path) {
        Node node = at(path, zxid);
        if (node == null || !children(path, zxid).isEmpty()) {
            throw new Violation("CommittedTxnsTakeEffect", "delete " + path + " at " + Zxid.hex(zxid));
        }
        if (node.owner != 0) {
            ephemerals.get(node.owner).remove(path);
        }
        put(path, zxid, null);
        childrenOf(path.substring(0, path.lastIndexOf('/'))).add(zxid);
    }

    private void setData(long zxid, Txn.SetData set) {
        Node node = at(set.path(), zxid);
        if (node == null || node.version + 1 != set.version()) {
            throw new Violation("CommittedTxnsTakeEffect", "setData " + set.path() + " at " + Zxid.hex(zxid));
        }
        put(set.path(), zxid, new Node(zxid, set.data(), set.version(), node.czxid, node.owner));
    }

    private void close(long zxid, long session, Txn.CloseSession close) {
        if (!sessions.remove(session)) {
            throw new Violation(
                    "CommittedTxnsTakeEffect", "session 0x" + Long.toHexString(session) + " is closed twice");
        }
        if (close.paths() != null) {
            close.paths().forEach(path -> delete(zxid, path));
        }
        TreeSet<String> left = ephemerals.getOrDefault(session, new TreeSet<>());
        if (!left.isEmpty()) {
            throw new Violation(
                    "EphemeralsLiveAsTheirSession",
                    left + " outlive session 0x" + Long.toHexString(session) + ", closed at " + Zxid.hex(zxid));
        }
    }
}
