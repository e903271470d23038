package dev.quorate.ensemble.tree;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.ZnodePath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Walks a tree piece by piece while it goes on changing, parents first: a fuzzy snapshot, right together with the
/// transactions from where it began (storage-formats.md §4.4). On the tree's thread.
public final class SnapshotCursor {
    private static final class Level {
        final Znode[] children;
        int next;

        Level(Znode[] children) {
            this.children = children;
        }
    }

    private final DataTree tree;
    private final Deque<Level> open = new ArrayDeque<>();
    private boolean headSent;
    private boolean rootSent;
    private boolean endSent;

    public SnapshotCursor(DataTree tree) {
        this.tree = tree;
    }

    /// The next piece of at most `nodesMax` znodes, null after the end.
    public @Nullable SnapshotChunk next(int nodesMax) {
        if (!headSent) {
            headSent = true;
            return new SnapshotChunk.Head(new TreeMap<>(tree.sessions()), tree.acls.copy());
        }
        List<SnapshotChunk.Node> nodes = new ArrayList<>();
        if (!rootSent) {
            rootSent = true;
            visit(ZnodePath.ROOT, nodes);
        }
        while (nodes.size() < nodesMax && !open.isEmpty()) {
            Level level = open.peek();
            if (level.next < level.children.length) {
                visit(level.children[level.next++].key, nodes);
            } else {
                open.pop();
            }
        }
        if (!nodes.isEmpty()) {
            return new SnapshotChunk.Nodes(nodes);
        }
        if (!endSent) {
            endSent = true;
            // What has later writes in it says nothing of its zxid: whoever reads the file would find fault with the
            // log.
            return tree.isExact() ? new SnapshotChunk.End(tree.lastZxid(), tree.digest()) : new SnapshotChunk.End(0, 0);
        }
        return null;
    }

    /// A child that was deleted since its parent was visited is left out; one that was created since is in the log.
    private void visit(String key, List<SnapshotChunk.Node> nodes) {
        Znode node = tree.nodes.get(key);
        if (node == null) {
            return;
        }
        nodes.add(new SnapshotChunk.Node(key, node.data, node.aclId, node.persisted()));
        if (node.childCount() > 0) {
            open.push(new Level(node.childrenNow()));
        }
    }
}
