package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.txn.Txn;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Events, packets, requests and transactions in words, for the lines of a [Trace].
final class Words {
    private static final HexFormat HEX = HexFormat.of();

    private Words() {}

    static String of(Event event) {
        return switch (event) {
            case Event.FromLeader from -> "< leader    " + of(from.packet());
            case Event.FromLearner from -> "< learner " + PeerLinks.learnerOf(from.link()) + " " + of(from.packet());
            case Event.LearnerAccepted accepted -> "learner " + PeerLinks.learnerOf(accepted.link()) + " is connected";
            case Event.LearnerLost lost -> "learner " + PeerLinks.learnerOf(lost.link()) + " is lost: " + lost.reason();
            case Event.LeaderConnected _ -> "is connected to its leader";
            case Event.LeaderLost lost -> "leader is lost: " + lost.reason();
            case Event.LogSynced synced -> "log synced to " + Zxid.hex(synced.zxid());
            case Event.Truncated truncated -> "log cut at " + Zxid.hex(truncated.zxid());
            case Event.NotificationArrived vote ->
                "< vote of " + vote.from() + ": " + vote.notification().state() + " leader "
                        + vote.notification().leader() + " zxid "
                        + Zxid.hex(vote.notification().zxid()) + " round "
                        + vote.notification().round() + " epoch "
                        + vote.notification().peerEpoch();
            case Event.ClientAccepted accepted -> "connection " + accepted.connection() + " is accepted";
            case Event.ClientConnect connect ->
                "< connection " + connect.connection() + " session "
                        + session(connect.request().sessionId()) + ", has seen "
                        + Zxid.hex(connect.request().lastZxidSeen());
            case Event.ClientRequestArrived arrived ->
                "< connection " + arrived.connection() + " request " + arrived.xid() + ": " + of(arrived.request());
            case Event.ClientClosed closed -> "connection " + closed.connection() + " is closed";
            default -> event.toString();
        };
    }

    private static String session(long id) {
        return id == 0 ? "new" : "0x" + Long.toHexString(id);
    }

    private static String of(QuorumPacket packet) {
        return switch (packet) {
            case QuorumPacket.Proposal proposal ->
                "Proposal " + Zxid.hex(proposal.entry().zxid()) + " "
                        + of(proposal.entry().txn());
            case QuorumPacket.Inform inform ->
                "Inform " + Zxid.hex(inform.entry().zxid());
            case QuorumPacket.Ack ack -> "Ack " + Zxid.hex(ack.zxid());
            case QuorumPacket.Commit commit -> "Commit " + Zxid.hex(commit.zxid());
            case QuorumPacket.NewLeader leader -> "NewLeader " + Zxid.hex(leader.zxid());
            case QuorumPacket.Diff diff -> "Diff " + Zxid.hex(diff.zxid());
            case QuorumPacket.Trunc trunc -> "Trunc " + Zxid.hex(trunc.zxid());
            case QuorumPacket.Snap snap -> "Snap " + Zxid.hex(snap.zxid());
            case QuorumPacket.LearnerInfo info -> "LearnerInfo, has accepted epoch " + info.acceptedEpoch();
            case QuorumPacket.LeaderInfo info -> "LeaderInfo, offers epoch " + info.epoch();
            case QuorumPacket.AckEpoch ack ->
                "AckEpoch, current epoch " + ack.currentEpoch() + ", last zxid " + Zxid.hex(ack.lastZxid());
            case QuorumPacket.Ping ping -> "Ping " + Zxid.hex(ping.zxid());
            case QuorumPacket.Request request ->
                "Request " + request.cxid() + " of session " + session(request.sessionId()) + ", operation "
                        + request.opCode();
            default -> packet.toString();
        };
    }

    static String of(ClientRequest request) {
        return switch (request) {
            case ClientRequest.Create create ->
                "create " + create.path() + kind(create.flags()) + " = " + data(create.data());
            case ClientRequest.Delete delete -> "delete " + delete.path() + version(delete.version());
            case ClientRequest.SetData set ->
                "setData " + set.path() + version(set.version()) + " = " + data(set.data());
            case ClientRequest.Check check -> "check " + check.path() + version(check.version());
            case ClientRequest.Multi(var ops) ->
                "multi [" + ops.stream().map(Words::of).collect(Collectors.joining("; ")) + "]";
            case ClientRequest.Exists exists -> "exists " + exists.path() + watch(exists.watch());
            case ClientRequest.GetData get -> "getData " + get.path() + watch(get.watch());
            case ClientRequest.GetChildren get -> "getChildren " + get.path() + watch(get.watch());
            case ClientRequest.Sync(String path) -> "sync " + path;
            case ClientRequest.SetWatches set ->
                "setWatches since " + Zxid.hex(set.relativeZxid()) + " data " + set.data() + " exist " + set.exist()
                        + " child " + set.child();
            default -> request.toString();
        };
    }

    private static String of(Txn txn) {
        return switch (txn) {
            case Txn.Create create ->
                "create " + create.path() + (create.ephemeral() ? " ephemeral" : "") + " = " + data(create.data());
            case Txn.Delete(String path) -> "delete " + path;
            case Txn.SetData set -> "setData " + set.path() + " version " + set.version() + " = " + data(set.data());
            case Txn.Multi(var ops) -> "multi [" + ops.stream().map(Words::of).collect(Collectors.joining("; ")) + "]";
            case Txn.Error(int code) -> "error " + code;
            default -> txn.toString();
        };
    }

    static String of(Reply reply) {
        return "< reply " + reply.xid() + " at " + Zxid.hex(reply.zxid())
                + (reply.error() == 0 ? "" : ", error " + reply.error());
    }

    private static String kind(int flags) {
        return ((flags & 1) != 0 ? " ephemeral" : "") + ((flags & 2) != 0 ? " sequential" : "");
    }

    private static String version(int version) {
        return version == -1 ? "" : " if version " + version;
    }

    private static String watch(boolean watch) {
        return watch ? " and watch" : "";
    }

    private static String data(byte @Nullable [] data) {
        return data == null ? "null" : HEX.formatHex(data);
    }
}
