package dev.quorate.ensemble.zab;

import dev.quorate.ensemble.quorum.EnsembleConfig;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// When a proposal is committed: once a majority of the voters has it on disk, and everything before it (ZAB, §III of
/// the paper; peer-protocol.md §5.2). Acks of one server come in order, so its highest one stands for all below.
public class CommitRule {
    private final EnsembleConfig config;
    private final Map<Long, Long> acked = new HashMap<>();
    private final long[] sorted;

    public CommitRule(EnsembleConfig config) {
        this.config = config;
        sorted = new long[config.voters()];
    }

    /// A server has everything up to `zxid` on disk. Who has no vote does not count.
    public void ack(long server, long zxid) {
        if (config.isVoter(server)) {
            acked.merge(server, zxid, Math::max);
        }
    }

    /// What a server has acknowledged may be gone from its disk: it is being synchronised anew, perhaps by cutting
    /// proposals that are still outstanding.
    public void forget(long server) {
        acked.remove(server);
    }

    /// The highest zxid that a majority has; 0 while there is none.
    public long committable() {
        Arrays.fill(sorted, 0);
        int i = 0;
        for (long zxid : acked.values()) {
            sorted[i++] = zxid;
        }
        Arrays.sort(sorted);
        // With n voters, the (n - majority)-th smallest is reached by a majority.
        int majority = sorted.length / 2 + 1;
        return sorted[sorted.length - majority];
    }
}
