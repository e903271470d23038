package dev.quorate.ensemble.tree;

import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.PersistedStat;
import dev.quorate.ensemble.model.Stat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One znode. Changed by its [DataTree] only; others read it within the same step. The data array is never changed in
/// place.
public final class Znode {
    byte @Nullable [] data;
    long aclId;
    long czxid;
    long mzxid;
    long pzxid;
    long ctime;
    long mtime;
    int version;
    int createCount;
    int aversion;
    long owner;
    /// This znode's part of the tree's digest, an unsigned int.
    int digest;

    private static final Znode[] NO_CHILDREN = {};
    private static final int FIRST_CHILDREN = 2;

    /// The path; the root's is empty. Shared with the tree's table.
    final String key;
    /// In no particular order; each child knows its own place, so that joining and leaving cost the same at any size
    /// and need no second table of names.
    private Znode[] children = NO_CHILDREN;
    private int childCount;
    private int place;

    Znode(String key, byte @Nullable [] data, long aclId, PersistedStat stat) {
        this.key = key;
        this.data = data;
        this.aclId = aclId;
        czxid = stat.czxid();
        mzxid = stat.mzxid();
        pzxid = stat.pzxid();
        ctime = stat.ctime();
        mtime = stat.mtime();
        version = stat.version();
        createCount = stat.createCount();
        aversion = stat.aversion();
        owner = stat.owner();
    }

    Znode(String key, byte @Nullable [] data, long aclId, long zxid, long time, long owner) {
        this.key = key;
        this.data = data;
        this.aclId = aclId;
        czxid = zxid;
        mzxid = zxid;
        pzxid = zxid;
        ctime = time;
        mtime = time;
        this.owner = owner;
    }

    public byte @Nullable [] data() {
        return data;
    }

    public int dataLength() {
        return data == null ? 0 : data.length;
    }

    /// As stored.
    public PersistedStat persisted() {
        return new PersistedStat(czxid, mzxid, ctime, mtime, version, createCount, aversion, owner, pzxid);
    }

    /// This znode's part of the tree's digest, an unsigned int.
    public int digest() {
        return digest;
    }

    public int version() {
        return version;
    }

    public int aversion() {
        return aversion;
    }

    /// Child creates ever: the next sequence number.
    public int createCount() {
        return createCount;
    }

    /// Raw owner, see [EphemeralOwner].
    public long owner() {
        return owner;
    }

    public long mzxid() {
        return mzxid;
    }

    public long pzxid() {
        return pzxid;
    }

    public long mtime() {
        return mtime;
    }

    public int childCount() {
        return childCount;
    }

    /// Names of the children, in no particular order.
    public List<String> childNames() {
        int start = key.length() + 1;
        List<String> names = new ArrayList<>(childCount);
        for (int i = 0; i < childCount; i++) {
            names.add(children[i].key.substring(start));
        }
        return names;
    }

    /// The children as they are now; stays as it is when the tree goes on.
    Znode[] childrenNow() {
        return childCount == 0 ? NO_CHILDREN : Arrays.copyOf(children, childCount);
    }

    boolean hasChild(Znode node) {
        return node.place < childCount && children[node.place] == node;
    }

    void addChild(Znode node) {
        if (childCount == children.length) {
            children = Arrays.copyOf(children, Math.max(FIRST_CHILDREN, childCount + (childCount >> 1)));
        }
        node.place = childCount;
        children[childCount++] = node;
    }

    /// Harmless where the node is no child, or is no longer.
    void removeChild(Znode node) {
        if (!hasChild(node)) {
            return;
        }
        Znode last = children[--childCount];
        last.place = node.place;
        children[node.place] = last;
        children[childCount] = null;
        if (childCount < children.length / 4) {
            children = childCount == 0 ? NO_CHILDREN : Arrays.copyOf(children, children.length / 2);
        }
    }

    /// What clients see. A TTL mark is hidden only where the server knows TTL znodes.
    public Stat stat(boolean extendedTypes) {
        int kids = childCount;
        return new Stat(
                czxid,
                mzxid,
                ctime,
                mtime,
                version,
                2 * createCount - kids,
                aversion,
                EphemeralOwner.isSession(owner, extendedTypes) ? owner : 0,
                dataLength(),
                kids,
                pzxid);
    }
}
