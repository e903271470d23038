package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.ZnodePath;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.txn.TxnHeader;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The znodes that differ from the snapshot: those that the log names, their parents, and those of sessions that it
/// closes. In steps: [#expect] every entry, [#load] what the snapshot has of the expected paths, [#apply] every entry,
/// maybe [#strip], then [#merge] the snapshot with it. Applies as the tree does (storage-formats.md §6), so replaying
/// over a fuzzy snapshot is harmless. Memory: what the log changes, and a bit for each znode of the snapshot.
final class Overlay {
    /// Paths that are, or may be, other than in the snapshot.
    private final Set<String> expected = new HashSet<>();
    private final Map<String, ChangedZnode> present = new HashMap<>();
    /// Present znodes below a path.
    private final Map<String, TreeSet<String>> children = new HashMap<>();
    private final Map<Long, TreeSet<String>> owned = new HashMap<>();
    private final Set<Long> sessions;
    private final Set<Long> everSessions;
    private final Set<Long> closing = new HashSet<>();
    /// Positions in the snapshot of znodes with session-owned children that nothing else changes.
    private final BitSet losers = new BitSet();
    /// Parents that lost a child of the overlay to the strip.
    private final Set<String> touched = new HashSet<>();
    private final AclIds acls;
    private long lastZxid;
    private long lastTime = -1;
    private int entries;
    private int position;
    private boolean stripped;
    private long strippedAt;
    private long strippedZnodes;

    Overlay(Survey survey, long snapshotZxid) {
        sessions = new TreeSet<>(survey.sessions.keySet());
        everSessions = new HashSet<>(sessions);
        acls = new AclIds(survey.acls, survey.aclIdMax);
        lastZxid = snapshotZxid;
    }

    AclIds acls() {
        return acls;
    }

    Set<Long> sessions() {
        return sessions;
    }

    long lastZxid() {
        return lastZxid;
    }

    /// Milliseconds of the leader's clock at the last entry, -1 where the log has none.
    long lastTime() {
        return lastTime;
    }

    int entries() {
        return entries;
    }

    // --- first step: what the log names

    void expect(TxnEntry entry) {
        expect(entry.header(), entry.txn());
    }

    private void expect(TxnHeader header, Txn txn) {
        switch (txn) {
            case Txn.Create create -> expectWithParent(create.path());
            case Txn.CreateContainer create -> expectWithParent(create.path());
            case Txn.CreateTtl create -> expectWithParent(create.path());
            case Txn.Delete delete -> expectWithParent(delete.path());
            case Txn.DeleteContainer delete -> expectWithParent(delete.path());
            case Txn.SetData set -> expected.add(ZnodePath.key(set.path()));
            case Txn.Reconfig set -> expected.add(ZnodePath.key(set.path()));
            case Txn.SetAcl set -> expected.add(ZnodePath.key(set.path()));
            case Txn.Multi multi -> multi.ops().forEach(op -> expect(header, op));
            case Txn.CreateSession _ -> everSessions.add(header.sessionId());
            case Txn.CloseSession close -> {
                everSessions.add(header.sessionId());
                closing.add(header.sessionId());
                if (close.paths() != null) {
                    close.paths().forEach(this::expectWithParent);
                }
            }
            case Txn.CheckVersion _, Txn.Error _ -> {}
        }
    }

    private void expectWithParent(String path) {
        expected.add(path);
        String parent = parent(path);
        if (parent != null) {
            expected.add(parent);
        }
    }

    static @Nullable String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? null : path.substring(0, slash);
    }

    // --- second step: what the snapshot has of it

    /// True where the log names the znode or closes the session that owns it.
    boolean changes(SnapshotChunk.Node node) {
        return expected.contains(node.path())
                || (ownedBySession(node) && closing.contains(node.stat().owner()));
    }

    void load(SnapshotChunk.Node node) {
        expected.add(node.path());
        if (!present.containsKey(node.path())) {
            add(new ChangedZnode(node));
        }
    }

    /// The znode at this position of the snapshot has a child that a session owns and that is not loaded.
    void losesChild(int at) {
        losers.set(at);
    }

    boolean ownedBySession(SnapshotChunk.Node node) {
        return !node.path().isEmpty() && Survey.ofSession(node.stat().owner(), everSessions);
    }

    private void add(ChangedZnode node) {
        present.put(node.path, node);
        String parent = parent(node.path);
        if (parent != null) {
            children.computeIfAbsent(parent, _ -> new TreeSet<>()).add(node.path);
            if (node.owner != EphemeralOwner.NONE && node.owner != EphemeralOwner.CONTAINER) {
                owned.computeIfAbsent(node.owner, _ -> new TreeSet<>()).add(node.path);
            }
        }
    }

    /// A znode goes with everything below it: what is below a znode that was deleted, the log deleted before, or, where
    /// the snapshot is fuzzy, creates again later.
    private void remove(String path) {
        Deque<String> open = new ArrayDeque<>();
        open.push(path);
        while (!open.isEmpty()) {
            ChangedZnode node = present.remove(open.pop());
            if (node == null) {
                continue;
            }
            drop(children, parent(node.path), node.path);
            drop(owned, node.owner, node.path);
            open.addAll(childrenOf(node.path));
        }
    }

    private static <K> void drop(Map<K, TreeSet<String>> index, @Nullable K key, String path) {
        TreeSet<String> paths = key == null ? null : index.get(key);
        if (paths != null && paths.remove(path) && paths.isEmpty()) {
            index.remove(key);
        }
    }

    // --- third step: replay

    void apply(TxnEntry entry) {
        apply(entry.header(), entry.txn());
        lastZxid = Math.max(lastZxid, entry.zxid());
        lastTime = entry.header().timeMillis();
        entries++;
    }

    private void apply(TxnHeader header, Txn txn) {
        switch (txn) {
            case Txn.Create c ->
                create(
                        header,
                        c.path(),
                        c.data(),
                        acls.of(c.acl()),
                        c.ephemeral() ? header.sessionId() : EphemeralOwner.NONE,
                        c.parentCreateCount());
            case Txn.CreateContainer c ->
                create(header, c.path(), c.data(), acls.of(c.acl()), EphemeralOwner.CONTAINER, c.parentCreateCount());
            case Txn.CreateTtl c ->
                create(
                        header,
                        c.path(),
                        c.data(),
                        acls.of(c.acl()),
                        EphemeralOwner.ttl(c.ttlMillis()),
                        c.parentCreateCount());
            case Txn.Delete delete -> delete(header.zxid(), delete.path());
            case Txn.DeleteContainer delete -> delete(header.zxid(), delete.path());
            case Txn.SetData set -> setData(header, set.path(), set.data(), set.version());
            case Txn.Reconfig set -> setData(header, set.path(), set.data(), set.version());
            case Txn.SetAcl set -> {
                ChangedZnode node = present.get(ZnodePath.key(set.path()));
                if (node != null) {
                    node.aclId = acls.of(set.acl());
                    node.aversion = set.aversion();
                }
            }
            case Txn.Multi multi -> {
                if (multi.ops().stream().noneMatch(op -> op instanceof Txn.Error)) {
                    multi.ops().forEach(op -> apply(header, op));
                }
            }
            case Txn.CreateSession _ -> sessions.add(header.sessionId());
            case Txn.CloseSession close -> closeSession(header, close.paths());
            case Txn.CheckVersion _, Txn.Error _ -> {}
        }
    }

    private void create(
            TxnHeader header, String path, byte @Nullable [] data, long aclId, long owner, int parentCreateCount) {
        String parentPath = parent(path);
        ChangedZnode parent = parentPath == null ? null : present.get(parentPath);
        if (parent == null) {
            return;
        }
        ChangedZnode existing = present.get(path);
        int count = existing == null && parentCreateCount == -1 ? parent.createCount + 1 : parentCreateCount;
        if (count > parent.createCount) {
            parent.createCount = count;
            parent.pzxid = header.zxid();
        }
        if (existing != null) {
            existing.aclId = aclId;
        } else {
            add(new ChangedZnode(path, data, aclId, header.zxid(), header.timeMillis(), owner));
        }
    }

    private void delete(long zxid, String path) {
        String parentPath = parent(path);
        ChangedZnode parent = parentPath == null ? null : present.get(parentPath);
        if (parent != null) {
            parent.pzxid = Math.max(parent.pzxid, zxid);
            remove(path);
        }
    }

    private void setData(TxnHeader header, String path, byte @Nullable [] data, int version) {
        ChangedZnode node = present.get(ZnodePath.key(path));
        if (node != null) {
            node.data = data;
            node.version = version;
            node.mzxid = header.zxid();
            node.mtime = header.timeMillis();
        }
    }

    private void closeSession(TxnHeader header, @Nullable List<String> paths) {
        sessions.remove(header.sessionId());
        if (paths != null) {
            paths.forEach(path -> delete(header.zxid(), path));
        }
        TreeSet<String> own = owned.get(header.sessionId());
        if (own != null) {
            List.copyOf(own).forEach(path -> delete(header.zxid(), path));
        }
    }

    // --- what sessions own

    /// Removes what sessions own, as if they had closed at `zxid`: here what is loaded, the rest in [#merge]. Returns
    /// the znodes that have children and so became persistent.
    Set<String> strip(long zxid) {
        stripped = true;
        strippedAt = zxid;
        TreeSet<String> paths = new TreeSet<>();
        owned.forEach((owner, own) -> {
            if (Survey.ofSession(owner, everSessions)) {
                paths.addAll(own);
            }
        });
        Set<String> kept = new TreeSet<>();
        for (String path : paths.descendingSet()) {
            ChangedZnode node = present.get(path);
            if (childrenOf(path).isEmpty()) {
                delete(zxid, path);
                touched.add(ZnodePath.parent(path));
                strippedZnodes++;
            } else if (node != null) {
                drop(owned, node.owner, path);
                node.owner = EphemeralOwner.NONE;
                kept.add(path);
            }
        }
        sessions.clear();
        return kept;
    }

    /// How many znodes the strip removed, once all is merged.
    long strippedZnodes() {
        return strippedZnodes;
    }

    private Collection<String> childrenOf(String path) {
        return children.getOrDefault(path, new TreeSet<>());
    }

    // --- the result

    /// Takes znodes depth first. `touched` tells that the strip took a child from it.
    interface Znodes {
        void accept(SnapshotChunk.Node node, boolean touched) throws java.io.IOException;
    }

    /// Hands over what has become of a znode of the snapshot, and with it what the log created below. Called once with
    /// every znode of the snapshot in its order.
    void merge(SnapshotChunk.Node base, Znodes out) throws java.io.IOException {
        boolean loses = losers.get(position++) && stripped;
        String path = base.path();
        if (!expected.contains(path)) {
            mergeUnchanged(base, loses, out);
            return;
        }
        ChangedZnode now = present.get(path);
        if (now == null || !now.inBase) {
            return;
        }
        if (loses) {
            touched.add(path);
            now.pzxid = Math.max(now.pzxid, strippedAt);
        }
        Deque<ChangedZnode> open = new ArrayDeque<>();
        open.push(now);
        while (!open.isEmpty()) {
            ChangedZnode node = open.pop();
            out.accept(node.node(), touched.contains(node.path));
            for (String child : childrenOf(node.path)) {
                ChangedZnode created = present.get(child);
                if (created != null && !created.inBase) {
                    open.push(created);
                }
            }
        }
    }

    private void mergeUnchanged(SnapshotChunk.Node base, boolean loses, Znodes out) throws java.io.IOException {
        String parentPath = parent(base.path());
        ChangedZnode parent = parentPath == null ? null : present.get(parentPath);
        if (parentPath != null && expected.contains(parentPath) && (parent == null || !parent.inBase)) {
            expected.add(base.path()); // its parent is not the one that the snapshot shows: it went with that one
        } else if (stripped && ownedBySession(base)) {
            strippedZnodes++;
        } else if (loses) {
            ChangedZnode node = new ChangedZnode(base);
            node.pzxid = Math.max(node.pzxid, strippedAt);
            out.accept(node.node(), true);
        } else {
            out.accept(base, false);
        }
    }
}
