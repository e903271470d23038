package dev.quorate.ensemble.tree;

import dev.quorate.ensemble.message.SnapshotChunk;
import org.jspecify.annotations.Nullable;

/// Builds a tree from the pieces of a snapshot, in their order. A fresh one for each snapshot: what was half loaded is
/// thrown away.
public final class TreeLoader {
    private final DataTree tree;

    public TreeLoader(boolean extendedTypes) {
        tree = new DataTree(extendedTypes, false);
    }

    /// Takes a piece; what is wrong with it as a sentence, or null.
    public @Nullable String accept(SnapshotChunk chunk) {
        switch (chunk) {
            case SnapshotChunk.Head head -> tree.load(head.sessions(), head.acls());
            case SnapshotChunk.Nodes nodes -> {
                for (SnapshotChunk.Node node : nodes.nodes()) {
                    if (!tree.load(new Znode(node.path(), node.data(), node.aclId(), node.stat()))) {
                        return "znode " + node.path() + " comes twice or before its parent";
                    }
                }
            }
            case SnapshotChunk.End end -> tree.loadedDigest(end.digestZxid(), end.treeDigest());
        }
        return null;
    }

    /// The tree as of `zxid`, with usage of quotas measured anew.
    public DataTree finish(long zxid) {
        tree.loaded(zxid);
        return tree;
    }
}
