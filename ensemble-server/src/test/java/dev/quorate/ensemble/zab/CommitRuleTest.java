package dev.quorate.ensemble.zab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.quorum.QuorumRule;
import dev.quorate.ensemble.quorum.RandomConfigs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CommitRuleTest {
    private static final int SERVERS = 9;
    private static final long ZXIDS = 30;

    /// Which rules each proposal needs, in the order of zxids from 1; and who has acknowledged up to where.
    private record Twin(List<List<QuorumRule>> needed, Map<Long, Long> acked) {
        /// Asks of each proposal in turn whether those who have it are a quorum by each of its rules.
        long committable(long from) {
            for (long zxid = from + 1; zxid <= needed.size(); zxid++) {
                Set<Long> have = new HashSet<>();
                for (Map.Entry<Long, Long> ack : acked.entrySet()) {
                    if (ack.getValue() >= zxid) {
                        have.add(ack.getKey());
                    }
                }
                if (!needed.get((int) zxid - 1).stream().allMatch(rule -> rule.isQuorum(have))) {
                    return zxid - 1;
                }
            }
            return needed.size();
        }
    }

    /// Random acks, of strangers and observers too, learners that start anew, and reconfigurations that begin and end:
    /// what the rule says is what counting says, proposal by proposal.
    @Test
    void everythingUpToTheFirstProposalWithoutItsQuorumsIsCommittable() {
        Random random = new Random(11);
        for (int run = 0; run < 1_000; run++) {
            QuorumRule inForce = RandomConfigs.config(random, SERVERS).rule();
            QuorumRule proposed = null;
            CommitRule rule = new CommitRule(List.of(inForce));
            Twin twin = new Twin(new ArrayList<>(), new HashMap<>());
            long committed = 0;
            for (int step = 0; step < 120; step++) {
                long server = random.nextInt(SERVERS + 1);
                int what = random.nextInt(20);
                long last = twin.needed.size();
                if (what < 6 && last < ZXIDS) {
                    if (proposed == null && random.nextInt(4) == 0) {
                        proposed = RandomConfigs.config(random, SERVERS).rule();
                        rule.require(last + 1, List.of(inForce, proposed));
                    }
                    twin.needed.add(proposed == null ? List.of(inForce) : List.of(inForce, proposed));
                } else if (what == 6 && proposed != null) {
                    inForce = proposed;
                    proposed = null;
                    rule.require(last + 1, List.of(inForce));
                } else if (what == 7) {
                    rule.forget(server);
                    twin.acked.remove(server);
                } else if (last > 0) {
                    long zxid = 1 + random.nextLong(last);
                    rule.ack(server, zxid);
                    twin.acked.merge(server, zxid, Math::max);
                }
                // Committed stays committed.
                committed = twin.committable(committed);
                assertThat(rule.committable()).as("run %s, step %s", run, step).isEqualTo(committed);
            }
        }
    }
}
