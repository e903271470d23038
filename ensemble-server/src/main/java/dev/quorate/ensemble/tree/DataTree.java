package dev.quorate.ensemble.tree;

import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.PersistedStat;
import dev.quorate.ensemble.model.ZnodePath;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.txn.TxnHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// All znodes and sessions at one zxid. [#apply] is the only way in, live, at replay and when a leader sends history;
/// applying a transaction again is harmless (storage-formats.md §6). Owned by one thread.
public final class DataTree {
    private static final PersistedStat BLANK = new PersistedStat(0, 0, 0, 0, 0, 0, 0, 0, 0);

    final Map<String, Znode> nodes = new HashMap<>();
    final AclTable acls = new AclTable();
    private final boolean extendedTypes;
    private final Map<Long, Integer> sessions = new TreeMap<>();
    private final Map<Long, Set<String>> ephemerals = new HashMap<>();
    private final Set<String> reapable = new TreeSet<>();
    private final Quotas quotas = new Quotas(this);
    private final NodeDigest nodeDigest = new NodeDigest();
    private long digest;
    private final DigestCheck digestCheck = new DigestCheck();
    private long dataBytes;
    private int ephemeralCount;
    private long lastZxid;

    /// A fresh tree with the built-in znodes (client-protocol.md §9). `extendedTypes`: TTL znodes are known.
    public DataTree(boolean extendedTypes) {
        this(extendedTypes, true);
    }

    DataTree(boolean extendedTypes, boolean fresh) {
        this.extendedTypes = extendedTypes;
        if (fresh) {
            List<Acl> readOnly = List.of(new Acl(Acl.READ, AuthId.ANYONE));
            // The built-in znodes are not counted by their parents; hence visible cversions of -1 and -2.
            load(new Znode(ZnodePath.ROOT, new byte[0], AclTable.OPEN_ID, BLANK));
            load(new Znode("/zookeeper", new byte[0], AclTable.OPEN_ID, BLANK));
            load(new Znode(ZnodePath.QUOTA, new byte[0], AclTable.OPEN_ID, BLANK));
            PersistedStat config = new PersistedStat(0, 0, 0, 0, 0, 0, -1, 0, 0);
            load(new Znode(ZnodePath.CONFIG, new byte[0], acls.use(readOnly), config));
        }
    }

    public boolean extendedTypes() {
        return extendedTypes;
    }

    /// The znode at a path, by either name of the root; null where there is none.
    public @Nullable Znode get(String path) {
        return nodes.get(ZnodePath.key(path));
    }

    /// Null where a damaged snapshot refers to an ACL that it does not define.
    public @Nullable List<Acl> acl(Znode node) {
        return acls.get(node.aclId);
    }

    public long lastZxid() {
        return lastZxid;
    }

    /// A leader's new epoch begins, or a snapshot's name says where it stands.
    public void lastZxid(long zxid) {
        lastZxid = zxid;
    }

    /// Sessions and their timeouts in milliseconds, by id.
    public Map<Long, Integer> sessions() {
        return Collections.unmodifiableMap(sessions);
    }

    public Collection<String> ephemeralsOf(long session) {
        return ephemerals.getOrDefault(session, Set.of());
    }

    /// Sorted by session and path.
    public SortedMap<Long, List<String>> ephemerals() {
        SortedMap<Long, List<String>> copy = new TreeMap<>();
        ephemerals.forEach((session, paths) -> copy.put(session, List.copyOf(paths)));
        return copy;
    }

    public int ephemeralCount() {
        return ephemeralCount;
    }

    public int size() {
        return nodes.size();
    }

    /// Znodes below one, at any depth. Without recursion: how deep a tree is, its clients decide.
    public int descendants(Znode node) {
        if (node.key.isEmpty()) {
            return nodes.size() - 1;
        }
        int count = 0;
        Deque<Znode> open = new ArrayDeque<>();
        for (Znode at = node; at != null; at = open.poll()) {
            for (Znode child : at.childrenNow()) {
                count++;
                if (child.childCount() > 0) {
                    open.push(child);
                }
            }
        }
        return count;
    }

    /// Path and data lengths of all znodes.
    public long approximateDataSize() {
        return dataBytes;
    }

    /// Containers and TTL znodes, for the reaper.
    public Collection<String> reapable() {
        return reapable;
    }

    /// Digest of the whole tree, kept up to date with every change (storage-formats.md §7).
    public long digest() {
        return digest;
    }

    /// How often the tree was not what the digest of a transaction, or of a snapshot, says.
    public long digestMismatches() {
        return digestCheck.mismatches();
    }

    /// Applies a committed transaction and compares the tree's digest with the one that came with it.
    public ApplyResult apply(TxnEntry entry) {
        ApplyResult result = apply(entry.header(), entry.txn());
        digestCheck.applied(entry, digest);
        return result;
    }

    /// Applies a committed transaction; the tree then stands at its zxid.
    public ApplyResult apply(TxnHeader header, Txn txn) {
        ApplyResult result = one(header, txn);
        if (header.zxid() > lastZxid) {
            lastZxid = header.zxid();
        }
        digestCheck.reached(lastZxid, digest);
        return result;
    }

    private ApplyResult one(TxnHeader header, Txn txn) {
        return switch (txn) {
            case Txn.Create create ->
                create(
                        header,
                        create.path(),
                        create.data(),
                        create.acl(),
                        create.ephemeral() ? header.sessionId() : EphemeralOwner.NONE,
                        create.parentCreateCount());
            case Txn.CreateContainer create ->
                create(
                        header,
                        create.path(),
                        create.data(),
                        create.acl(),
                        EphemeralOwner.CONTAINER,
                        create.parentCreateCount());
            case Txn.CreateTtl create ->
                create(
                        header,
                        create.path(),
                        create.data(),
                        create.acl(),
                        EphemeralOwner.ttl(create.ttlMillis()),
                        create.parentCreateCount());
            case Txn.Delete delete -> delete(header.zxid(), delete.path());
            case Txn.DeleteContainer delete -> delete(header.zxid(), delete.path());
            case Txn.SetData set -> setData(header, set.path(), set.data(), set.version());
            case Txn.Reconfig set -> setData(header, set.path(), set.data(), set.version());
            case Txn.SetAcl set -> setAcl(set);
            case Txn.CheckVersion _ -> ApplyResult.DONE;
            case Txn.Multi multi -> multi(header, multi.ops());
            case Txn.CreateSession create -> {
                sessions.put(header.sessionId(), create.timeoutMillis());
                yield ApplyResult.DONE;
            }
            case Txn.CloseSession close -> closeSession(header, close.paths());
            case Txn.Error error -> ApplyResult.failed(error.code());
        };
    }

    private ApplyResult create(
            TxnHeader header, String path, byte @Nullable [] data, List<Acl> acl, long owner, int parentCreateCount) {
        Znode parent = parentOf(path);
        if (parent == null) {
            return ApplyResult.failed(ErrorCode.NO_NODE);
        }
        long zxid = header.zxid();
        Znode existing = nodes.get(path);
        if (existing != null && parent.hasChild(existing)) {
            // Replay over a fuzzy snapshot: the znode is newer than the txn, but the parent may be older.
            long oldAcl = existing.aclId;
            existing.aclId = acls.use(acl);
            acls.release(oldAcl);
            countCreate(parent, parentCreateCount, zxid);
            redigest(parent);
            return ApplyResult.failed(ErrorCode.NODE_EXISTS);
        }
        if (existing != null) {
            // Also fuzzy: the parent was deleted and created again since the snapshot began, so its replay has orphaned
            // what the snapshot already held of its later life.
            forget(existing);
        }
        countCreate(parent, parentCreateCount == -1 ? parent.createCount + 1 : parentCreateCount, zxid);
        Znode node = new Znode(path, data, acls.use(acl), zxid, header.timeMillis(), owner);
        nodes.put(path, node);
        parent.addChild(node);
        index(node);
        redigest(parent);
        quotas.created(path, node);
        return new ApplyResult(
                0,
                path,
                node.stat(extendedTypes),
                List.of(),
                List.of(
                        new TreeChange(WatchEvent.Type.NODE_CREATED, path, acls.get(node.aclId)),
                        childrenChanged(parent)));
    }

    private @Nullable Znode parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? null : nodes.get(path.substring(0, slash));
    }

    private TreeChange childrenChanged(Znode parent) {
        return new TreeChange(
                WatchEvent.Type.NODE_CHILDREN_CHANGED, ZnodePath.shown(parent.key), acls.get(parent.aclId));
    }

    private static void countCreate(Znode parent, int createCount, long zxid) {
        if (createCount > parent.createCount) {
            parent.createCount = createCount;
            parent.pzxid = zxid;
        }
    }

    private ApplyResult delete(long zxid, String path) {
        Znode parent = parentOf(path);
        if (parent == null) {
            return ApplyResult.failed(ErrorCode.NO_NODE);
        }
        // Also where the child has gone already: a watcher that was away must learn that something went
        // (storage-formats.md §6).
        parent.pzxid = Math.max(parent.pzxid, zxid);
        redigest(parent);
        Znode node = nodes.remove(path);
        if (node == null) {
            return ApplyResult.failed(ErrorCode.NO_NODE);
        }
        parent.removeChild(node);
        List<Acl> acl = acls.get(node.aclId);
        forget(node);
        quotas.deleted(path, node);
        return new ApplyResult(
                0,
                path,
                null,
                List.of(),
                List.of(new TreeChange(WatchEvent.Type.NODE_DELETED, path, acl), childrenChanged(parent)));
    }

    private ApplyResult setData(TxnHeader header, String path, byte @Nullable [] data, int version) {
        String key = ZnodePath.key(path);
        Znode node = nodes.get(key);
        if (node == null) {
            return ApplyResult.failed(ErrorCode.NO_NODE);
        }
        int before = node.dataLength();
        replaceData(node, data);
        node.version = version;
        node.mzxid = header.zxid();
        node.mtime = header.timeMillis();
        redigest(node);
        quotas.changed(key, node.dataLength() - before);
        return new ApplyResult(
                0,
                path,
                node.stat(extendedTypes),
                List.of(),
                List.of(new TreeChange(WatchEvent.Type.NODE_DATA_CHANGED, ZnodePath.shown(key), acls.get(node.aclId))));
    }

    private void replaceData(Znode node, byte @Nullable [] data) {
        dataBytes -= node.dataLength();
        node.data = data;
        dataBytes += node.dataLength();
    }

    private ApplyResult setAcl(Txn.SetAcl set) {
        String key = ZnodePath.key(set.path());
        Znode node = nodes.get(key);
        if (node == null) {
            return ApplyResult.failed(ErrorCode.NO_NODE);
        }
        long oldAcl = node.aclId;
        node.aclId = acls.use(set.acl());
        acls.release(oldAcl);
        node.aversion = set.aversion();
        redigest(node);
        return new ApplyResult(0, set.path(), node.stat(extendedTypes), List.of(), List.of());
    }

    private ApplyResult multi(TxnHeader header, List<Txn> ops) {
        List<ApplyResult> results = new ArrayList<>(ops.size());
        if (hasFailed(ops)) {
            boolean past = false;
            for (Txn op : ops) {
                if (!past && op instanceof Txn.Error(int code) && code != 0) {
                    past = true;
                    results.add(ApplyResult.failed(code));
                } else {
                    results.add(ApplyResult.failed(past ? ErrorCode.RUNTIME_INCONSISTENCY : ErrorCode.OK));
                }
            }
            return new ApplyResult(0, null, null, results, List.of());
        }
        List<TreeChange> changes = new ArrayList<>(2 * ops.size());
        for (Txn op : ops) {
            ApplyResult result = one(header, op);
            results.add(result);
            changes.addAll(result.changes());
        }
        return new ApplyResult(0, null, null, results, changes);
    }

    private static boolean hasFailed(List<Txn> ops) {
        for (Txn op : ops) {
            if (op instanceof Txn.Error) {
                return true;
            }
        }
        return false;
    }

    private ApplyResult closeSession(TxnHeader header, @Nullable List<String> paths) {
        sessions.remove(header.sessionId());
        List<TreeChange> changes = new ArrayList<>();
        if (paths != null) {
            for (String path : paths) {
                changes.addAll(delete(header.zxid(), path).changes());
            }
        }
        // In a sorted order, so that every server fires the same watches in the same order.
        for (String path : new TreeSet<>(ephemeralsOf(header.sessionId()))) {
            changes.addAll(delete(header.zxid(), path).changes());
        }
        return new ApplyResult(0, null, null, List.of(), changes);
    }

    /// The text of `/zookeeper/config`, which every server keeps from its own configuration: also the time, `millis`,
    /// is its own.
    public void config(String text, long version, long millis) {
        Znode node = nodes.get(ZnodePath.CONFIG);
        if (node != null) {
            replaceData(node, text.getBytes(StandardCharsets.UTF_8));
            node.version = -1;
            node.mzxid = version;
            node.mtime = millis;
        }
    }

    /// Data of a znode that this server keeps by itself, without a transaction (quota usage).
    void replaceOwnData(String key, byte[] data) {
        Znode node = nodes.get(key);
        if (node != null) {
            replaceData(node, data);
            redigest(node);
        }
    }

    /// Ephemerals whose session nobody knows any more go without a transaction, at the zxid the tree stands at
    /// (storage-formats.md §5.6).
    public void dropOrphanEphemerals() {
        List<String> orphans = new ArrayList<>();
        ephemerals.forEach((session, paths) -> {
            if (!sessions.containsKey(session)) {
                orphans.addAll(paths);
            }
        });
        Collections.sort(orphans);
        orphans.forEach(path -> delete(lastZxid, path));
    }

    // --- loading

    void load(Map<Long, Integer> loadedSessions, Map<Long, List<Acl>> table) {
        sessions.putAll(loadedSessions);
        acls.load(table);
    }

    /// Adds a znode as it is; false where its parent is not there, or it is there already.
    boolean load(Znode node) {
        String path = node.key;
        if (nodes.containsKey(path)) {
            return false;
        }
        if (!path.isEmpty()) {
            Znode parent = parentOf(path);
            if (parent == null) {
                return false;
            }
            parent.addChild(node);
        }
        node.aclId = acls.use(node.aclId);
        nodes.put(path, node);
        index(node);
        return true;
    }

    void loaded(long zxid) {
        acls.dropUnused();
        quotas.recompute();
        lastZxid = zxid;
        digestCheck.reached(lastZxid, digest);
    }

    /// False while later writes may be in it: it came from a leader that went on writing meanwhile.
    boolean isExact() {
        return digestCheck.exactAt(lastZxid);
    }

    /// See [DigestCheck#snapshot].
    void loadedDigest(long zxid, long treeDigest) {
        digestCheck.snapshot(zxid, treeDigest);
    }

    private void index(Znode node) {
        String key = node.key;
        dataBytes += key.length() + node.dataLength();
        if (EphemeralOwner.isSession(node.owner, extendedTypes)) {
            ephemerals.computeIfAbsent(node.owner, session -> new TreeSet<>()).add(key);
            ephemeralCount++;
        } else if (node.owner != EphemeralOwner.NONE) {
            reapable.add(key);
        }
        redigest(node);
    }

    private void forget(Znode node) {
        String key = node.key;
        dataBytes -= key.length() + node.dataLength();
        digest -= Integer.toUnsignedLong(node.digest);
        acls.release(node.aclId);
        if (EphemeralOwner.isSession(node.owner, extendedTypes)) {
            Set<String> own = ephemerals.get(node.owner);
            if (own != null && own.remove(key)) {
                ephemeralCount--;
                if (own.isEmpty()) {
                    ephemerals.remove(node.owner);
                }
            }
        } else if (node.owner != EphemeralOwner.NONE) {
            reapable.remove(key);
        }
    }

    private void redigest(Znode node) {
        int fresh = nodeDigest.of(node);
        digest += Integer.toUnsignedLong(fresh) - Integer.toUnsignedLong(node.digest);
        node.digest = fresh;
    }
}
