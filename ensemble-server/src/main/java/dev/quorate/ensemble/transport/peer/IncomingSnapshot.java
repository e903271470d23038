package dev.quorate.ensemble.transport.peer;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.SnapshotWire;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes a snapshot stream (peer-protocol.md §4.3) apart as it arrives: whole records only, the rest stays in the
/// link's buffer.
final class IncomingSnapshot {
    private static final int NODES_PER_CHUNK = 1_000;
    private static final String SIGNATURE = "BenWasHere";

    private boolean headTaken;
    private boolean nodesEnded;
    private int taken;

    /// The next chunk of what stands in `bytes[from, to)`; null where more bytes are needed. [#taken] tells how many
    /// were used up either way.
    @Nullable
    SnapshotChunk next(byte[] bytes, int from, int to) throws MalformedRecordException {
        ByteInput in = new ByteInput(bytes, from, to);
        taken = 0;
        try {
            if (!headTaken) {
                SnapshotChunk.Head head = SnapshotWire.readHead(in);
                headTaken = true;
                return done(in, from, head);
            }
            return nodesEnded ? end(in, from) : nodes(in, from);
        } catch (EOFException e) {
            return null;
        } catch (IOException e) {
            throw new MalformedRecordException("snapshot: " + e.getMessage());
        }
    }

    int taken() {
        return taken;
    }

    private @Nullable SnapshotChunk nodes(ByteInput in, int from) throws IOException, MalformedRecordException {
        List<SnapshotChunk.Node> nodes = new ArrayList<>();
        try {
            while (nodes.size() < NODES_PER_CHUNK) {
                SnapshotChunk.Node node = SnapshotWire.readNode(in);
                taken = in.position() - from;
                if (node == null) {
                    nodesEnded = true;
                    break;
                }
                nodes.add(node);
            }
        } catch (EOFException e) {
            if (nodes.isEmpty()) {
                return null;
            }
        }
        if (nodes.isEmpty()) {
            return end(in, from);
        }
        return new SnapshotChunk.Nodes(nodes);
    }

    private SnapshotChunk end(ByteInput in, int from) throws IOException, MalformedRecordException {
        String signature = SnapshotWire.text(in);
        if (!SIGNATURE.equals(signature)) {
            throw new MalformedRecordException("snapshot ends with \"" + signature + "\" instead of its signature");
        }
        return done(in, from, new SnapshotChunk.End(0, 0));
    }

    private <T extends SnapshotChunk> T done(ByteInput in, int from, T chunk) {
        taken = in.position() - from;
        return chunk;
    }

    static String signature() {
        return SIGNATURE;
    }
}
