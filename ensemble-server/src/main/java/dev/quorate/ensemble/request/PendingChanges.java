package dev.quorate.ensemble.request;

import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.ZnodePath;
import dev.quorate.ensemble.tree.DataTree;
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
/// touched by
/// outstanding proposals are kept. Owned by the core's thread.
public final class PendingChanges {
    /// A znode after some outstanding proposal. Immutable.
    record Record(
            long zxid,
            boolean exists,
            int version,
            int aversion,
            int createCount,
            int children,
            long owner,
            @Nullable List<Acl> acl,
            int dataLength) {
        Record gone(long atZxid) {
            return new Record(atZxid, false, version, aversion, createCount, 0, owner, acl, 0);
        }

        Record withChildren(long atZxid, int newCreateCount, int newChildren) {
            return new Record(atZxid, exists, version, aversion, newCreateCount, newChildren, owner, acl, dataLength);
        }

        Record withData(long atZxid, int newVersion, int newLength) {
            return new Record(atZxid, exists, newVersion, aversion, createCount, children, owner, acl, newLength);
        }

        Record withAcl(long atZxid, int newAversion, List<Acl> newAcl) {
            return new Record(atZxid, exists, version, newAversion, createCount, children, owner, newAcl, dataLength);
        }
    }

    private record Change(long zxid, String key) {}

    private record Undo(String key, Record after, @Nullable Record before) {}

    private final Map<String, Record> records = new HashMap<>();
    private final Deque<Change> order = new ArrayDeque<>();
    /// Keys of the records that exist and are owned, by owner.
    private final Map<Long, Set<String>> owned = new HashMap<>();
    private @Nullable List<Undo> undo;

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
                : new Record(
                        0,
                        true,
                        node.version(),
                        node.aversion(),
                        node.createCount(),
                        node.childCount(),
                        node.owner(),
                        tree.acl(node),
                        node.dataLength());
    }

    void put(String key, Record record) {
        Record before = records.put(key, record);
        order.add(new Change(record.zxid, key));
        if (undo != null) {
            undo.add(new Undo(key, record, before));
        }
        reindex(key, before, record);
    }

    private void reindex(String key, @Nullable Record before, @Nullable Record after) {
        long was = before != null && before.exists ? before.owner : EphemeralOwner.NONE;
        long is = after != null && after.exists ? after.owner : EphemeralOwner.NONE;
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
            if (record != null && record.owner == session) {
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
