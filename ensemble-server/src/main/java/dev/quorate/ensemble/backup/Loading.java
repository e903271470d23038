package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.storage.SnapshotFiles;
import org.jspecify.annotations.Nullable;

/// The pass over the snapshot that brings into the overlay what the log changes. Of the other znodes that sessions own
/// it notes only that their parent loses a child: they are left out when the snapshot is streamed.
final class Loading implements SnapshotFiles.Sink {
    private final Overlay overlay;
    private @Nullable Visited last;
    private int position;

    /// A znode and those above it. `position` counts the snapshot's znodes.
    private record Visited(
            SnapshotChunk.Node node,
            int position,
            boolean owned,
            @Nullable Visited parent) {}

    Loading(Overlay overlay) {
        this.overlay = overlay;
    }

    @Override
    public void accept(SnapshotChunk chunk) {
        switch (chunk) {
            case SnapshotChunk.Head _ -> {}
            case SnapshotChunk.Nodes nodes -> nodes.nodes().forEach(this::visit);
            case SnapshotChunk.End _ -> {
                if (last != null) {
                    decide(last, false);
                }
            }
        }
    }

    /// Depth first: whether a znode has children shows with the next one.
    private void visit(SnapshotChunk.Node node) {
        String parentPath = Overlay.parent(node.path());
        Visited parent = last;
        if (last != null) {
            decide(last, last.node.path().equals(parentPath));
        }
        while (parent != null && !parent.node.path().equals(parentPath)) {
            parent = parent.parent;
        }
        last = new Visited(node, position++, overlay.ownedBySession(node), parent);
    }

    private void decide(Visited visited, boolean hasChildren) {
        Visited parent = visited.parent;
        // Children of what sessions own, which no server makes but Apache's loads.
        boolean belowOwned = parent != null && parent.owned;
        if (visited.owned && parent != null) {
            if (hasChildren || belowOwned || overlay.changes(visited.node)) {
                overlay.load(parent.node);
                overlay.load(visited.node);
            } else {
                overlay.losesChild(parent.position);
            }
        } else if (belowOwned || overlay.changes(visited.node)) {
            overlay.load(visited.node);
        }
    }
}
