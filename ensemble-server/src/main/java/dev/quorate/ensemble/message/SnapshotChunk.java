package dev.quorate.ensemble.message;

import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.PersistedStat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A piece of a tree on its way to a file, to a learner or from a leader: one [Head], any number of [Nodes] (parents
/// before children, the root with path "" first), one [End]. Values are immutable; their maker does not touch them
/// again.
public sealed interface SnapshotChunk {
    /// Sessions (id to timeout in milliseconds) and the explicit ACL table; iteration order is the order on the wire.
    record Head(Map<Long, Integer> sessions, Map<Long, List<Acl>> acls) implements SnapshotChunk {}

    record Nodes(List<Node> nodes) implements SnapshotChunk {}

    /// `aclId` -1 is world:anyone with all rights.
    record Node(String path, byte @Nullable [] data, long aclId, PersistedStat stat) {}

    /// `digestZxid` 0 when no digest is known: a file then ends with its znodes. The peer wire drops both.
    record End(long digestZxid, long treeDigest) implements SnapshotChunk {}
}
