package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.PersistedStat;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
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
/// @param ephemeralZnodes how many znodes sessions own
/// @param ephemerals paths of the first of them by the session that owns them, which need not be open
/// @param notes lines that say what was passed over
public record Inspection(
        long znodes,
        long dataBytes,
        Set<Long> sessions,
        long ephemeralZnodes,
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

    /// So many ephemerals are listed, all are counted: memory must not grow with what is there.
    private static final int LISTED_MAX = 10_000;

    public static Inspection of(Source source) throws IOException {
        return of(source, LISTED_MAX);
    }

    static Inspection of(Source source, int listedMax) throws IOException {
        Overlay overlay = CleanSnapshot.replay(source);
        Count count = new Count(overlay, listedMax);
        source.snapshot(chunk -> {
            if (chunk instanceof SnapshotChunk.Nodes nodes) {
                for (SnapshotChunk.Node node : nodes.nodes()) {
                    overlay.merge(node, count);
                }
            }
        });
        Set<String> notes = new LinkedHashSet<>(source.notes());
        if (count.ephemeralZnodes > listedMax) {
            notes.add("of " + count.ephemeralZnodes + " ephemeral znodes the first " + listedMax + " are listed");
        }
        return new Inspection(
                count.znodes,
                count.dataBytes,
                Set.copyOf(overlay.sessions()),
                count.ephemeralZnodes,
                count.ephemerals,
                count.containers,
                count.ttlZnodes,
                source.epochs().accepted(),
                source.epochs().current(),
                source.snapshotZxid(),
                overlay.lastZxid(),
                overlay.lastTime(),
                overlay.entries(),
                notes);
    }

    private static final class Count implements Overlay.Znodes {
        private final Overlay overlay;
        private final int listedMax;
        final Map<Long, Collection<String>> ephemerals = new TreeMap<>();
        long ephemeralZnodes;
        long znodes;
        long dataBytes;
        long containers;
        long ttlZnodes;

        Count(Overlay overlay, int listedMax) {
            this.overlay = overlay;
            this.listedMax = listedMax;
        }

        @Override
        public void accept(SnapshotChunk.Node node, boolean touched) {
            PersistedStat stat = node.stat();
            byte[] data = node.data();
            znodes++;
            dataBytes += data == null ? 0 : data.length;
            if (overlay.ownedBySession(node)) {
                if (ephemeralZnodes++ < listedMax) {
                    ephemerals
                            .computeIfAbsent(stat.owner(), _ -> new TreeSet<>())
                            .add(node.path());
                }
            } else if (EphemeralOwner.isContainer(stat.owner())) {
                containers++;
            } else if (EphemeralOwner.isTtl(stat.owner())) {
                ttlZnodes++;
            }
        }
    }
}
