package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.ZnodePath;
import dev.quorate.ensemble.storage.CorruptFileException;
import dev.quorate.ensemble.storage.SnapshotFiles;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A first look at a whole snapshot: its sessions and its ACLs. Checks that it is depth first.
final class Survey implements SnapshotFiles.Sink {
    final Map<Long, Integer> sessions = new TreeMap<>();
    final Map<Long, List<Acl>> acls = new TreeMap<>();
    long aclIdMax;
    private String previous = ZnodePath.ROOT;
    private boolean any;

    @Override
    public void accept(SnapshotChunk chunk) throws CorruptFileException {
        switch (chunk) {
            case SnapshotChunk.Head head -> {
                sessions.putAll(head.sessions());
                acls.putAll(head.acls());
                acls.keySet().forEach(id -> aclIdMax = Math.max(aclIdMax, id));
            }
            case SnapshotChunk.Nodes nodes -> {
                for (SnapshotChunk.Node node : nodes.nodes()) {
                    look(node);
                }
            }
            case SnapshotChunk.End _ -> {
                if (!any) {
                    throw new CorruptFileException("there is not even a root in it");
                }
            }
        }
    }

    private void look(SnapshotChunk.Node node) throws CorruptFileException {
        String path = node.path();
        boolean inOrder =
                path.isEmpty() ? !any : any && path.charAt(0) == '/' && isSameOrAbove(ZnodePath.parent(path), previous);
        if (!inOrder) {
            throw new CorruptFileException("znode " + ZnodePath.shown(path) + " comes twice or before its parent");
        }
        any = true;
        previous = path;
        aclIdMax = Math.max(aclIdMax, node.aclId());
    }

    /// Snapshots are written depth first: a parent is the znode before, or above it.
    private static boolean isSameOrAbove(String path, String other) {
        return other.startsWith(path) && (other.length() == path.length() || other.charAt(path.length()) == '/');
    }

    /// The form of the owner tells (client-protocol.md §14), except that an id known as a session's is one.
    static boolean ofSession(long owner, Set<Long> known) {
        return EphemeralOwner.isSession(owner, true) || (EphemeralOwner.isTtl(owner) && known.contains(owner));
    }
}
