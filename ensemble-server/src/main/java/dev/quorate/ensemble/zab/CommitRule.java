package dev.quorate.ensemble.zab;

import dev.quorate.ensemble.quorum.QuorumRule;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/// When a proposal is committed: once a quorum has it on disk, and everything before it (ZAB, §III of the paper;
/// peer-protocol.md §5.2). Acks of one server come in order, so its highest one stands for all below.
///
/// Which quorums a proposal needs is settled when it is proposed: what was proposed while a reconfiguration was under
/// way needs both of that time, even once only one is in force. A learner may have acknowledged it before it knew which
/// one that is, and could still follow a leader of the configuration before.
public class CommitRule {
    /// Proposals from `zxid` on need a quorum of each.
    private record Span(long zxid, List<QuorumRule> rules) {}

    private final Deque<Span> spans = new ArrayDeque<>();
    private final Map<Long, Long> acked = new HashMap<>();
    private long reached;

    public CommitRule(List<QuorumRule> rules) {
        spans.add(new Span(0, List.copyOf(rules)));
    }

    /// From this proposal on a quorum of each is needed.
    public void require(long zxid, List<QuorumRule> rules) {
        spans.add(new Span(zxid, List.copyOf(rules)));
    }

    /// A server has everything up to `zxid` on disk. Who has no vote does not count.
    public void ack(long server, long zxid) {
        acked.merge(server, zxid, Math::max);
    }

    /// What a server has acknowledged may be gone from its disk: it is being synchronised anew, perhaps by cutting
    /// proposals that are still outstanding.
    public void forget(long server) {
        acked.remove(server);
    }

    /// Which of these servers has the most on disk; the first of them where nobody has anything.
    public long furthest(SortedSet<Long> servers) {
        long furthest = servers.first();
        for (long server : servers) {
            if (acked.getOrDefault(server, 0L) > acked.getOrDefault(furthest, 0L)) {
                furthest = server;
            }
        }
        return furthest;
    }

    /// The highest zxid up to which everything is committed; 0 while there is none. It never goes back.
    ///
    /// Whoever has acknowledged a proposal of a later span has all before it as well, and had heard by then that
    /// the
    /// configuration of that span is in force: it follows no leader any more who does not know. So the quorums of a
    /// later
    /// span are enough for the earlier ones, from its first proposal on.
    public long committable() {
        long end = Long.MAX_VALUE;
        for (Span span : spans.reversed()) {
            long has = committable(span);
            if (has >= span.zxid) {
                reached = Math.max(reached, Math.min(has, end - 1));
                while (spans.getFirst() != span) {
                    spans.removeFirst();
                }
                break;
            }
            end = span.zxid;
        }
        return reached;
    }

    private long committable(Span span) {
        long most = Long.MAX_VALUE;
        for (QuorumRule rule : span.rules) {
            most = Math.min(most, rule.committable(acked));
        }
        return most;
    }
}
