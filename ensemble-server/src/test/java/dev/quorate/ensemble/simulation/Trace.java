package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.model.Zxid;
import java.util.ArrayDeque;
import java.util.Deque;

/// The last lines of what has happened, for people: milliseconds, who (servers by number, clients with a minus), what.
final class Trace {
    static final Trace NONE = new Trace(0);

    private final int linesMax;
    private final Deque<String> lines = new ArrayDeque<>();

    Trace(int linesMax) {
        this.linesMax = linesMax;
    }

    boolean wanted() {
        return linesMax > 0;
    }

    void line(long nanos, int who, String what) {
        if (lines.size() == linesMax) {
            lines.removeFirst();
        }
        String name = who > 0 ? "server " + who : who < 0 ? "client " + -who : "world";
        lines.addLast("%12.3f  %-9s  %s".formatted(nanos / 1e6, name, what));
    }

    static String describe(Event event) {
        return switch (event) {
            case Event.FromLeader from -> "< leader   " + describe(from.packet());
            case Event.FromLearner from -> "< learner " + from.link() % 1000 + " " + describe(from.packet());
            case Event.LogSynced synced -> "log synced to " + Zxid.hex(synced.zxid());
            case Event.NotificationArrived vote ->
                "< vote of " + vote.from() + ": " + vote.notification().state() + " leader "
                        + vote.notification().leader() + " zxid "
                        + Zxid.hex(vote.notification().zxid()) + " round "
                        + vote.notification().round() + " epoch "
                        + vote.notification().peerEpoch();
            case Event.ClientRequestArrived arrived ->
                "< connection " + arrived.connection() + " request " + arrived.xid() + " " + arrived.request();
            case Event.Truncated truncated -> "log cut at " + Zxid.hex(truncated.zxid());
            default -> event.toString();
        };
    }

    private static String describe(QuorumPacket packet) {
        return switch (packet) {
            case QuorumPacket.Proposal proposal ->
                "Proposal " + Zxid.hex(proposal.entry().zxid()) + " "
                        + proposal.entry().txn();
            case QuorumPacket.Inform inform ->
                "Inform " + Zxid.hex(inform.entry().zxid());
            case QuorumPacket.Ack ack -> "Ack " + Zxid.hex(ack.zxid());
            case QuorumPacket.Commit commit -> "Commit " + Zxid.hex(commit.zxid());
            case QuorumPacket.NewLeader leader -> "NewLeader " + Zxid.hex(leader.zxid());
            case QuorumPacket.Diff diff -> "Diff " + Zxid.hex(diff.zxid());
            case QuorumPacket.Trunc trunc -> "Trunc " + Zxid.hex(trunc.zxid());
            case QuorumPacket.Snap snap -> "Snap " + Zxid.hex(snap.zxid());
            case QuorumPacket.AckEpoch ack -> "AckEpoch " + ack.currentEpoch() + " " + Zxid.hex(ack.lastZxid());
            default -> packet.toString();
        };
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
