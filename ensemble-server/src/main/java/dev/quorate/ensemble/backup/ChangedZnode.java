package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.PersistedStat;
import org.jspecify.annotations.Nullable;

/// A znode that the log or the strip changes. `inBase` while it is still the znode that the snapshot holds; false for
/// one that the log created.
final class ChangedZnode {
    final String path;
    final boolean inBase;
    final long czxid;
    final long ctime;
    byte @Nullable [] data;
    long aclId;
    long mzxid;
    long mtime;
    long pzxid;
    int version;
    int createCount;
    int aversion;
    long owner;

    ChangedZnode(SnapshotChunk.Node node) {
        PersistedStat stat = node.stat();
        path = node.path();
        inBase = true;
        data = node.data();
        aclId = node.aclId();
        czxid = stat.czxid();
        ctime = stat.ctime();
        mzxid = stat.mzxid();
        mtime = stat.mtime();
        pzxid = stat.pzxid();
        version = stat.version();
        createCount = stat.createCount();
        aversion = stat.aversion();
        owner = stat.owner();
    }

    ChangedZnode(String path, byte @Nullable [] data, long aclId, long zxid, long time, long owner) {
        this.path = path;
        inBase = false;
        this.data = data;
        this.aclId = aclId;
        czxid = zxid;
        mzxid = zxid;
        pzxid = zxid;
        ctime = time;
        mtime = time;
        this.owner = owner;
    }

    SnapshotChunk.Node node() {
        return new SnapshotChunk.Node(
                path,
                data,
                aclId,
                new PersistedStat(czxid, mzxid, ctime, mtime, version, createCount, aversion, owner, pzxid));
    }
}
