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

    /// From `start` on proposals need these.
    private record Span(long start, List<QuorumRule> rules) {}

    /// What the spans are, and who has acknowledged up to where.
    private record Twin(List<Span> spans, Map<Long, Long> acked) {
        /// Asks of each proposal whether those who have it are a quorum by the rules of its span, or those who have the
        /// first of a later span by the rules of that.
        boolean isCommitted(long zxid) {
            int own = 0;
            for (int i = 0; i < spans.size(); i++) {
                own = spans.get(i).start <= zxid ? i : own;
            }
            return spans.subList(own, spans.size()).stream().anyMatch(span -> {
                Set<Long> have = new HashSet<>();
                for (Map.Entry<Long, Long> ack : acked.entrySet()) {
                    if (ack.getValue() >= Math.max(zxid, span.start)) {
                        have.add(ack.getKey());
                    }
                }
                return span.rules.stream().allMatch(rule -> rule.isQuorum(have));
            });
        }
    }

    /// Random acks, of strangers and observers too, learners that start anew, and reconfigurations that begin and end:
    /// what the rule says is what counting says, proposal by proposal. What is committed stays so.
    @Test
    void everythingUpToTheFirstProposalWithoutItsQuorumsIsCommittable() {
        Random random = new Random(11);
        for (int run = 0; run < 1_000; run++) {
            QuorumRule inForce = RandomConfigs.config(random, SERVERS).rule();
            QuorumRule proposed = null;
            CommitRule rule = new CommitRule(List.of(inForce));
            Twin twin = new Twin(new ArrayList<>(List.of(new Span(0, List.of(inForce)))), new HashMap<>());
            long last = 0;
            long committed = 0;
            for (int step = 0; step < 120; step++) {
                long server = random.nextInt(SERVERS + 1);
                int what = random.nextInt(20);
                if (what < 6 && last < ZXIDS) {
                    last++;
                    if (proposed == null && random.nextInt(4) == 0) {
                        proposed = RandomConfigs.config(random, SERVERS).rule();
                        twin.spans.add(new Span(last, List.of(inForce, proposed)));
                        rule.require(last, List.of(inForce, proposed));
                    }
                } else if (what == 6 && proposed != null) {
                    inForce = proposed;
                    proposed = null;
                    twin.spans.add(new Span(last + 1, List.of(inForce)));
                    rule.require(last + 1, List.of(inForce));
                } else if (what == 7) {
                    rule.forget(server);
                    twin.acked.remove(server);
                } else if (last > 0) {
                    long zxid = 1 + random.nextLong(last);
                    rule.ack(server, zxid);
                    twin.acked.merge(server, zxid, Math::max);
                }
                for (long zxid = committed + 1; zxid <= last; zxid++) {
                    committed = twin.isCommitted(zxid) ? zxid : committed;
                }
                assertThat(rule.committable()).as("run %s, step %s", run, step).isEqualTo(committed);
            }
        }
    }
}
