package dev.quorate.ensemble.request;

import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.PersistedStat;
import dev.quorate.ensemble.model.ZnodePath;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.NodeDigest;
import dev.quorate.ensemble.tree.Znode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The tree as it will be once everything proposed has been applied: what the leader validates against. Only znodes
/// touched by outstanding proposals are kept. Owned by the core's thread.
public final class PendingChanges {
    /// A znode after some outstanding proposal; only [#put] sets the digest, once.
    static final class Record {
        final long zxid;
        final boolean exists;
        private final PersistedStat stat;
        private final int children;
        private final @Nullable List<Acl> acl;
        private final byte @Nullable [] data;
        private int digest;

        private Record(
                long zxid,
                boolean exists,
                PersistedStat stat,
                int children,
                @Nullable List<Acl> acl,
                byte @Nullable [] data) {
            this.zxid = zxid;
            this.exists = exists;
            this.stat = stat;
            this.children = children;
            this.acl = acl;
            this.data = data;
        }

        static Record created(long zxid, long millis, long owner, List<Acl> acl, byte @Nullable [] data) {
            PersistedStat stat = new PersistedStat(zxid, zxid, millis, millis, 0, 0, 0, owner, zxid);
            return new Record(zxid, true, stat, 0, acl, data);
        }

        int version() {
            return stat.version();
        }

        int aversion() {
            return stat.aversion();
        }

        int createCount() {
            return stat.createCount();
        }

        long owner() {
            return stat.owner();
        }

        int children() {
            return children;
        }

        @Nullable
        List<Acl> acl() {
            return acl;
        }

        int dataLength() {
            return data == null ? 0 : data.length;
        }

        Record gone(long atZxid) {
            return new Record(atZxid, false, stat, 0, acl, null);
        }

        Record withChild(long atZxid) {
            boolean counts = stat.createCount() != Integer.MAX_VALUE;
            return new Record(
                    atZxid,
                    exists,
                    stat(
                            stat.mzxid(),
                            stat.mtime(),
                            stat.version(),
                            counts ? stat.createCount() + 1 : Integer.MAX_VALUE,
                            stat.aversion(),
                            counts ? atZxid : stat.pzxid()),
                    children + 1,
                    acl,
                    data);
        }

        Record withoutChild(long atZxid) {
            return new Record(
                    atZxid,
                    exists,
                    stat(
                            stat.mzxid(),
                            stat.mtime(),
                            stat.version(),
                            stat.createCount(),
                            stat.aversion(),
                            Math.max(stat.pzxid(), atZxid)),
                    children - 1,
                    acl,
                    data);
        }

        Record withData(long atZxid, long millis, int newVersion, byte @Nullable [] newData) {
            return new Record(
                    atZxid,
                    exists,
                    stat(atZxid, millis, newVersion, stat.createCount(), stat.aversion(), stat.pzxid()),
                    children,
                    acl,
                    newData);
        }

        Record withAcl(long atZxid, int newAversion, List<Acl> newAcl) {
            return new Record(
                    atZxid,
                    exists,
                    stat(stat.mzxid(), stat.mtime(), stat.version(), stat.createCount(), newAversion, stat.pzxid()),
                    children,
                    newAcl,
                    data);
        }

        private PersistedStat stat(long mzxid, long mtime, int version, int createCount, int aversion, long pzxid) {
            return new PersistedStat(
                    stat.czxid(), mzxid, stat.ctime(), mtime, version, createCount, aversion, stat.owner(), pzxid);
        }
    }

    private record Change(long zxid, String key) {}

    private record Undo(String key, Record after, @Nullable Record before, long digestBy) {}

    private final Map<String, Record> records = new HashMap<>();
    private final Deque<Change> order = new ArrayDeque<>();
    /// Keys of the records that exist and are owned, by owner.
    private final Map<Long, Set<String>> owned = new HashMap<>();
    private @Nullable List<Undo> undo;
    private final NodeDigest nodeDigest = new NodeDigest();
    /// Of the tree after everything outstanding; has a meaning while something is.
    private long digest;

    /// The znode after everything outstanding, null where there is none. A record of something deleted counts as none.
    @Nullable
    Record get(DataTree tree, String key) {
        Record record = records.get(key);
        if (record != null) {
            return record.exists ? record : null;
        }
        Znode node = tree.get(key);
        return node == null
                ? null
                : new Record(0, true, node.persisted(), node.childCount(), tree.acl(node), node.data());
    }

    void put(DataTree tree, String key, Record record) {
        if (order.isEmpty()) {
            digest = tree.digest();
        }
        Record before = records.put(key, record);
        record.digest = record.exists ? nodeDigest.of(key, record.data, record.stat) : 0;
        long by = Integer.toUnsignedLong(record.digest) - digestBefore(tree, key, before);
        digest += by;
        order.add(new Change(record.zxid, key));
        if (undo != null) {
            undo.add(new Undo(key, record, before, by));
        }
        reindex(key, before, record);
    }

    private static long digestBefore(DataTree tree, String key, @Nullable Record before) {
        if (before != null) {
            return Integer.toUnsignedLong(before.digest);
        }
        Znode node = tree.get(key);
        return node == null ? 0 : Integer.toUnsignedLong(node.digest());
    }

    /// Of the tree after everything outstanding.
    public long treeDigest(DataTree tree) {
        return order.isEmpty() ? tree.digest() : digest;
    }

    private void reindex(String key, @Nullable Record before, @Nullable Record after) {
        long was = before != null && before.exists ? before.owner() : EphemeralOwner.NONE;
        long is = after != null && after.exists ? after.owner() : EphemeralOwner.NONE;
        if (was == is) {
            return;
        }
        Set<String> keys = owned.get(was);
        if (keys != null && keys.remove(key) && keys.isEmpty()) {
            owned.remove(was);
        }
        if (is != EphemeralOwner.NONE) {
            owned.computeIfAbsent(is, owner -> new HashSet<>()).add(key);
        }
    }

    /// From here on changes can be taken back.
    void begin() {
        undo = new ArrayList<>();
    }

    void keep() {
        undo = null;
    }

    void takeBack() {
        List<Undo> changes = undo;
        undo = null;
        if (changes == null) {
            return;
        }
        for (int i = changes.size() - 1; i >= 0; i--) {
            Undo change = changes.get(i);
            if (change.before == null) {
                records.remove(change.key);
            } else {
                records.put(change.key, change.before);
            }
            reindex(change.key, change.after, change.before);
            digest -= change.digestBy;
            order.removeLast();
        }
    }

    /// Paths that a session owns after everything outstanding, sorted.
    List<String> ephemeralsOf(DataTree tree, long session) {
        Set<String> candidates = new TreeSet<>(tree.ephemeralsOf(session));
        candidates.addAll(owned.getOrDefault(session, Set.of()));
        List<String> own = new ArrayList<>();
        for (String key : candidates) {
            Record record = get(tree, key);
            if (record != null && record.owner() == session) {
                own.add(key);
            }
        }
        return own;
    }

    /// The tree has applied everything up to this zxid: what only repeated it is forgotten.
    public void applied(long zxid) {
        while (!order.isEmpty() && order.peek().zxid <= zxid) {
            Change change = order.poll();
            Record record = records.get(change.key);
            if (record != null && record.zxid <= zxid) {
                records.remove(change.key);
                reindex(change.key, record, null);
            }
        }
    }

    /// Nothing is outstanding any more: the leader has stepped down.
    public void clear() {
        records.clear();
        order.clear();
        owned.clear();
        undo = null;
    }

    /// Znodes touched by what is outstanding.
    public int size() {
        return records.size();
    }

    /// Sessions and the like that own what is outstanding.
    int owners() {
        return owned.size();
    }

    static String key(String path) {
        return ZnodePath.key(path);
    }
}
