package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.PersistedStat;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What is in a directory, with the log applied; nothing is changed, a torn tail neither.
///
/// @param snapshotZxid of the snapshot that was read, 0 where the log alone was
/// @param lastZxid where the server stood
/// @param lastTimeMillis the leader's clock at the log's last transaction, -1 where the log has none
/// @param acceptedEpoch -1 where the file is missing, as it is for a standalone server
/// @param sessions ids of sessions that were open
/// @param ephemerals paths by the session that owns them, which need not be open
/// @param notes lines that say what was passed over
public record Inspection(
        long znodes,
        long dataBytes,
        Set<Long> sessions,
        Map<Long, Collection<String>> ephemerals,
        long containers,
        long ttlZnodes,
        long acceptedEpoch,
        long currentEpoch,
        long snapshotZxid,
        long lastZxid,
        long lastTimeMillis,
        long transactionsReplayed,
        Set<String> notes) {

    public static Inspection of(Source source) throws IOException {
        Overlay overlay = CleanSnapshot.replay(source);
        Count count = new Count(overlay);
        source.snapshot(chunk -> {
            if (chunk instanceof SnapshotChunk.Nodes nodes) {
                for (SnapshotChunk.Node node : nodes.nodes()) {
                    overlay.merge(node, count);
                }
            }
        });
        return new Inspection(
                count.znodes,
                count.dataBytes,
                Set.copyOf(overlay.sessions()),
                count.ephemerals,
                count.containers,
                count.ttlZnodes,
                source.epochs().accepted(),
                source.epochs().current(),
                source.snapshotZxid(),
                overlay.lastZxid(),
                overlay.lastTime(),
                overlay.entries(),
                source.notes());
    }

    public long ephemeralZnodes() {
        return ephemerals.values().stream().mapToLong(Collection::size).sum();
    }

    private static final class Count implements Overlay.Znodes {
        private final Overlay overlay;
        final Map<Long, Collection<String>> ephemerals = new TreeMap<>();
        long znodes;
        long dataBytes;
        long containers;
        long ttlZnodes;

        Count(Overlay overlay) {
            this.overlay = overlay;
        }

        @Override
        public void accept(SnapshotChunk.Node node, boolean touched) {
            PersistedStat stat = node.stat();
            byte[] data = node.data();
            znodes++;
            dataBytes += data == null ? 0 : data.length;
            if (overlay.ownedBySession(node)) {
                ephemerals.computeIfAbsent(stat.owner(), _ -> new TreeSet<>()).add(node.path());
            } else if (EphemeralOwner.isContainer(stat.owner())) {
                containers++;
            } else if (EphemeralOwner.isTtl(stat.owner())) {
                ttlZnodes++;
            }
        }
    }
}
