package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.storage.SnapshotFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Gathers znodes into chunks that stay small, whatever the znodes hold.
final class Chunks {
    private static final int BYTES = 1 << 20;

    private final SnapshotFiles.Sink out;
    private final int nodesMax;
    private List<SnapshotChunk.Node> nodes = new ArrayList<>();
    private int bytes;

    Chunks(SnapshotFiles.Sink out, int nodesMax) {
        this.out = out;
        this.nodesMax = nodesMax;
    }

    void add(SnapshotChunk.Node node) throws IOException {
        nodes.add(node);
        byte[] data = node.data();
        bytes += data == null ? 0 : data.length;
        if (nodes.size() >= nodesMax || bytes >= BYTES) {
            flush();
        }
    }

    void flush() throws IOException {
        if (!nodes.isEmpty()) {
            out.accept(new SnapshotChunk.Nodes(nodes));
            nodes = new ArrayList<>();
            bytes = 0;
        }
    }
}
