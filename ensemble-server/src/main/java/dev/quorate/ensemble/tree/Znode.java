package dev.quorate.ensemble.tree;

import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.PersistedStat;
import dev.quorate.ensemble.model.Stat;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

    private @Nullable Set<String> children;

    Znode(byte @Nullable [] data, long aclId, PersistedStat stat) {
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

    Znode(byte @Nullable [] data, long aclId, long zxid, long time, long owner) {
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
        return children == null ? 0 : children.size();
    }

    /// Names of the children, in no particular order; a view for reading within this step.
    public Collection<String> children() {
        return children == null ? List.of() : children;
    }

    boolean addChild(String name) {
        if (children == null) {
            children = new HashSet<>(4);
        }
        return children.add(name);
    }

    boolean removeChild(String name) {
        return children != null && children.remove(name);
    }

    /// What clients see. A TTL mark is hidden only where the server knows TTL znodes.
    public Stat stat(boolean extendedTypes) {
        int kids = childCount();
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

    PersistedStat persisted() {
        return new PersistedStat(czxid, mzxid, ctime, mtime, version, createCount, aversion, owner, pzxid);
    }
}
