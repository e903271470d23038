package dev.quorate.ensemble.quorum;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which sets of servers can decide (peer-protocol.md §1.3). Any two that can share a voter, so whatever one of them
/// has
/// decided, the other hears of. Whoever has no vote may be in a set and does not count.
public sealed interface QuorumRule {
    boolean isQuorum(Set<Long> servers);

    /// Whether votes for this server are worth anything.
    boolean mayLead(long server);

    /// The highest zxid that a quorum has; 0 while there is none. `acked`: up to where each server has everything on
    /// disk.
    default long committable(Map<Long, Long> acked) {
        List<Map.Entry<Long, Long>> byZxid = new ArrayList<>(acked.entrySet());
        byZxid.sort(Map.Entry.<Long, Long>comparingByValue(Comparator.reverseOrder()));
        Set<Long> holders = new HashSet<>();
        for (Map.Entry<Long, Long> ack : byZxid) {
            holders.add(ack.getKey());
            if (isQuorum(holders)) {
                return ack.getValue();
            }
        }
        return 0;
    }

    /// More than half of the voters.
    record Majority(SortedSet<Long> voters) implements QuorumRule {
        public Majority {
            voters = Collections.unmodifiableSortedSet(new TreeSet<>(voters));
        }

        @Override
        public boolean isQuorum(Set<Long> servers) {
            int voting = 0;
            for (Long server : servers) {
                if (voters.contains(server)) {
                    voting++;
                }
            }
            return voting > voters.size() / 2;
        }

        /// With n voters, the (n - majority)-th smallest is reached by a majority. Asked with every ack: no sets here.
        @Override
        public long committable(Map<Long, Long> acked) {
            long[] zxids = new long[voters.size()];
            int i = 0;
            for (Map.Entry<Long, Long> ack : acked.entrySet()) {
                if (voters.contains(ack.getKey())) {
                    zxids[i++] = ack.getValue();
                }
            }
            Arrays.sort(zxids);
            return zxids.length == 0 ? 0 : zxids[zxids.length - (zxids.length / 2 + 1)];
        }

        @Override
        public boolean mayLead(long server) {
            return voters.contains(server);
        }
    }

    /// More than half of the groups, each won by more than half of its weight. A group without weight is none, and a
    /// server without weight has no say and never leads. `groups` holds every voter with its group, `weights` every
    /// voter
    /// with its weight.
    record Hierarchy(SortedMap<Long, Long> groups, SortedMap<Long, Long> weights) implements QuorumRule {
        public Hierarchy {
            groups = Collections.unmodifiableSortedMap(new TreeMap<>(groups));
            weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
        }

        @Override
        public boolean isQuorum(Set<Long> servers) {
            Map<Long, Long> won = weightByGroup(servers);
            Map<Long, Long> all = weightByGroup(groups.keySet());
            long counted = 0;
            long decided = 0;
            for (Map.Entry<Long, Long> group : all.entrySet()) {
                if (group.getValue() > 0) {
                    counted++;
                    decided += won.getOrDefault(group.getKey(), 0L) > group.getValue() / 2 ? 1 : 0;
                }
            }
            return decided > counted / 2;
        }

        private Map<Long, Long> weightByGroup(Set<Long> servers) {
            Map<Long, Long> sums = new HashMap<>();
            for (Long server : servers) {
                Long group = groups.get(server);
                if (group != null) {
                    sums.merge(group, weights.getOrDefault(server, 1L), Long::sum);
                }
            }
            return sums;
        }

        @Override
        public boolean mayLead(long server) {
            return groups.containsKey(server) && weights.getOrDefault(server, 1L) > 0;
        }
    }
}
