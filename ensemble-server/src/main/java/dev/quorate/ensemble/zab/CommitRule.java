package dev.quorate.ensemble.zab;

import dev.quorate.ensemble.quorum.QuorumRule;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// When a proposal is committed: once a quorum has it on disk, and everything before it (ZAB, §III of the paper;
/// peer-protocol.md §5.2). Acks of one server come in order, so its highest one stands for all below.
///
/// Which quorums a proposal needs is settled when it is proposed, and stays so: what was proposed while a
/// reconfiguration was under way needs both of that time, even once only one is in force. A learner may have
/// acknowledged it before it knew of the new configuration, and could still follow a leader of the old one.
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

    /// The highest zxid up to which every proposal has had its quorums; 0 while there is none. It never goes back.
    public long committable() {
        reached = Math.max(reached, committable(spans.getFirst()));
        while (spans.size() > 1) {
            Span before = spans.removeFirst();
            Span span = spans.getFirst();
            if (reached < span.zxid - 1) {
                spans.addFirst(before);
                break;
            }
            reached = Math.max(span.zxid - 1, committable(span));
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
