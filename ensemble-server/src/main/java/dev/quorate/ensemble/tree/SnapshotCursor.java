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
/// transactions from where it began (storage-formats.md §4.4). A tree that is small enough to be taken at once is exact
/// instead: a learner that compares digests, as ZooKeeper's do, finds no fault with it. On the tree's thread.
public final class SnapshotCursor {
    private static final class Level {
        final Znode[] children;
        int next;

        Level(Znode[] children) {
            this.children = children;
        }
    }

    private final DataTree tree;
    private final SnapshotChunk.Head head;
    private final List<SnapshotChunk.Node> taken = new ArrayList<>();
    private final Deque<Level> open = new ArrayDeque<>();
    private SnapshotChunk.@Nullable End end;
    private boolean headSent;
    private boolean rootSeen;
    private int takenSent;
    private boolean endSent;

    /// Takes each piece when it is asked for.
    public SnapshotCursor(DataTree tree) {
        this(tree, 0);
    }

    /// Takes the first `atOnce` znodes now: names and stats, a few dozen bytes each; data is shared.
    public SnapshotCursor(DataTree tree, int atOnce) {
        this.tree = tree;
        head = new SnapshotChunk.Head(new TreeMap<>(tree.sessions()), tree.acls.copy());
        walk(taken, atOnce);
        if (rootSeen && open.isEmpty()) {
            end = end();
        }
    }

    /// The next piece of at most `nodesMax` znodes, null after the end.
    public @Nullable SnapshotChunk next(int nodesMax) {
        if (!headSent) {
            headSent = true;
            return head;
        }
        if (takenSent < taken.size()) {
            List<SnapshotChunk.Node> piece = taken.subList(takenSent, Math.min(taken.size(), takenSent + nodesMax));
            takenSent += piece.size();
            return new SnapshotChunk.Nodes(List.copyOf(piece));
        }
        List<SnapshotChunk.Node> nodes = new ArrayList<>();
        walk(nodes, nodesMax);
        if (!nodes.isEmpty()) {
            return new SnapshotChunk.Nodes(nodes);
        }
        if (!endSent) {
            endSent = true;
            return end == null ? end() : end;
        }
        return null;
    }

    private void walk(List<SnapshotChunk.Node> nodes, int nodesMax) {
        if (!rootSeen && nodesMax > 0) {
            rootSeen = true;
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
    }

    /// What has later writes in it says nothing of its zxid: whoever reads the file would find fault with the log.
    private SnapshotChunk.End end() {
        return tree.isExact() ? new SnapshotChunk.End(tree.lastZxid(), tree.digest()) : new SnapshotChunk.End(0, 0);
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
