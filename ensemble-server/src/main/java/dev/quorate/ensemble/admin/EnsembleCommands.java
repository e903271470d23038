package dev.quorate.ensemble.admin;

import static dev.quorate.ensemble.admin.Commands.fields;

import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.core.MemberStatus;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Member.HostPort;
import dev.quorate.ensemble.quorum.Member.PeerAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// The commands that tell of the ensemble and of this member's place in it.
final class EnsembleCommands {
    private EnsembleCommands() {}

    static Map<String, Object> leader(ServerFacts facts) throws Commands.Refused {
        MemberStatus status = facts.status();
        Member leader = status.config().member(status.leader());
        if (facts.config().standalone() || leader == null) {
            throw new Commands.Refused("server is not initialized");
        }
        return fields(
                "is_leader", facts.leading(),
                "leader_id", status.leader(),
                "leader_ip", leader.addresses().getFirst().host());
    }

    static Map<String, Object> votingView(ServerFacts facts) {
        Map<String, Object> voters = new LinkedHashMap<>();
        for (Member member : facts.status().config().members().values()) {
            if (member.votes()) {
                voters.put(
                        String.valueOf(member.id()),
                        fields(
                                "server_addresses", texts(member, PeerAddress::quorumPort),
                                "election_addresses", texts(member, PeerAddress::electionPort),
                                "client_address", clientAddress(facts, member),
                                "learner_type", "participant"));
            }
        }
        return fields("current_config", voters);
    }

    static Map<String, Object> zabState(ServerFacts facts) {
        MemberStatus status = facts.status();
        Member self = status.config().member(facts.config().serverId());
        if (facts.config().standalone()) {
            return fields("voting", false, "zabstate", "");
        }
        long zxid = status.lastZxid();
        return fields(
                "myid", facts.config().serverId(),
                "is_leader", facts.leading(),
                "quorum_address", self == null ? null : addresses(self, PeerAddress::quorumPort),
                "election_address", self == null ? null : addresses(self, PeerAddress::electionPort),
                "client_address", self == null ? "" : clientAddress(facts, self),
                "voting", status.voting(),
                "last_zxid", "0x" + Long.toHexString(zxid),
                "zab_epoch", Zxid.epoch(zxid),
                "zab_counter", Zxid.counter(zxid),
                "zabstate", status.zabState());
    }

    /// In the many words of ZooKeeper's answer. Which of its own addresses others can reach no server knows: all of
    /// them are said to be, and the first is the one.
    private static Map<String, Object> addresses(Member member, ToIntFunction<PeerAddress> port) {
        List<String> all = texts(member, port);
        List<Integer> ports =
                member.addresses().stream().map(port::applyAsInt).distinct().toList();
        String first = all.getFirst();
        return fields(
                "empty", false,
                "all_addresses", all,
                "wildcard_addresses",
                        ports.stream().map(p -> text("0.0.0.0", p)).toList(),
                "all_ports", ports,
                "all_host_strings",
                        member.addresses().stream()
                                .map(PeerAddress::host)
                                .distinct()
                                .toList(),
                "reachable_address", first,
                "all_reachable_addresses", all,
                "all_reachable_addresses_or_all", all,
                "reachable_or_one", first,
                "one", first);
    }

    private static List<String> texts(Member member, ToIntFunction<PeerAddress> port) {
        return member.addresses().stream()
                .map(address -> text(address.host(), port.applyAsInt(address)))
                .toList();
    }

    /// As the list of members says, which need not say it of others; of this server it is known all the same.
    private static String clientAddress(ServerFacts facts, Member member) {
        HostPort listed = member.client();
        if (listed != null) {
            return text(listed.host(), listed.port());
        }
        ServerConfig.@Nullable Endpoint own = facts.config().client();
        if (own == null || member.id() != facts.config().serverId()) {
            return "";
        }
        return text(own.host().isEmpty() ? "0.0.0.0" : own.host(), facts.clientPort());
    }

    private static String text(String host, int port) {
        return host + ":" + port;
    }
}
