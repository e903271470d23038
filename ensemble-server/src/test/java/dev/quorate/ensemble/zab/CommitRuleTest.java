package dev.quorate.ensemble.zab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Member.PeerAddress;
import dev.quorate.ensemble.quorum.Member.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CommitRuleTest {
    /// Random acks, of strangers and observers too, and learners that start anew; the twin asks of every zxid whether
    /// those who have it are a quorum.
    @Test
    void theHighestZxidThatAQuorumHasIsCommittable() {
        Random random = new Random(11);
        for (int run = 0; run < 300; run++) {
            EnsembleConfig config = config(1 + random.nextInt(5), random.nextInt(3));
            CommitRule rule = new CommitRule(config);
            Map<Long, Long> acked = new HashMap<>();
            for (int step = 0; step < 60; step++) {
                long server = random.nextInt(9);
                if (random.nextInt(8) == 0) {
                    rule.forget(server);
                    acked.remove(server);
                } else {
                    long zxid = 1 + random.nextInt(20);
                    rule.ack(server, zxid);
                    acked.merge(server, zxid, Math::max);
                }
                assertThat(rule.committable()).isEqualTo(twin(config, acked));
            }
        }
    }

    private static long twin(EnsembleConfig config, Map<Long, Long> acked) {
        for (long zxid = 20; zxid > 0; zxid--) {
            long wanted = zxid;
            List<Long> have = acked.keySet().stream()
                    .filter(server -> acked.getOrDefault(server, 0L) >= wanted)
                    .toList();
            if (config.isQuorum(have)) {
                return zxid;
            }
        }
        return 0;
    }

    private static EnsembleConfig config(int voters, int observers) {
        TreeMap<Long, Member> members = new TreeMap<>();
        for (long id = 0; id < voters + observers; id++) {
            Role role = id < voters ? Role.PARTICIPANT : Role.OBSERVER;
            members.put(id, new Member(id, List.of(new PeerAddress("h", 1, 2)), role, null));
        }
        return new EnsembleConfig(members, 0);
    }
}
