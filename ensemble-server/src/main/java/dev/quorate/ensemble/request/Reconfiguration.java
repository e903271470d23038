package dev.quorate.ensemble.request;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Member.HostPort;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.quorum.QuorumRule;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a request to change the members comes to, checked in ZooKeeper's order (peer-protocol.md §7.2). Whether the
/// client may ask at all is another's business: it comes before (the key `reconfigEnabled`) and after (the ACL).
public sealed interface Reconfiguration {
    /// The configuration to propose; its version is the zxid of the proposal.
    record Accepted(EnsembleConfig config) implements Reconfiguration {}

    /// `reason` is for the log: a client is told the code only.
    record Refused(ErrorCode code, String reason) implements Reconfiguration {}

    /// `synced` are the leader and the followers that are up to date.
    static Reconfiguration decide(
            ClientRequest.Reconfig request,
            Membership membership,
            Set<Long> synced,
            long zxid,
            boolean standaloneEnabled) {
        if (membership.isPending()) {
            return new Refused(
                    ErrorCode.RECONFIG_IN_PROGRESS,
                    "the one to version " + Zxid.hex(membership.lastSeen().version()) + " is under way");
        }
        EnsembleConfig current = membership.lastSeen();
        if (request.configVersion() != -1 && request.configVersion() != current.version()) {
            return new Refused(
                    ErrorCode.BAD_VERSION,
                    "it is meant for version " + Zxid.hex(request.configVersion()) + ", this is "
                            + Zxid.hex(current.version()));
        }
        EnsembleConfig next;
        try {
            String all = request.newMembers();
            next = all != null
                    ? ConfigText.read(all.replace(',', '\n'))
                    : changed(current, request.joiningServers(), request.leavingServers());
        } catch (IllegalArgumentException e) {
            return new Refused(ErrorCode.BAD_ARGUMENTS, String.valueOf(e.getMessage()));
        }
        int least = standaloneEnabled ? 2 : 1;
        if (next.voters().size() < least) {
            return new Refused(
                    ErrorCode.BAD_ARGUMENTS,
                    "it leaves " + next.voters().size() + " participants; allowed is at least " + least
                            + (standaloneEnabled ? ", or 1 with standaloneEnabled=false" : ""));
        }
        if (!next.isQuorum(synced)) {
            return new Refused(
                    ErrorCode.NEW_CONFIG_NO_QUORUM,
                    "servers " + synced + " are in sync, which is no quorum of participants " + next.voters());
        }
        return new Accepted(next.withVersion(zxid));
    }

    /// First some leave, then others join; who joins and is there already gets another line.
    private static EnsembleConfig changed(EnsembleConfig current, @Nullable String joining, @Nullable String leaving) {
        if (!(current.rule() instanceof QuorumRule.Majority)) {
            throw new IllegalArgumentException(
                    "the configuration has groups; allowed is the whole list of members, with their groups");
        }
        TreeMap<Long, Member> members = new TreeMap<>(current.members());
        for (String id : items(leaving)) {
            members.remove(ConfigText.serverId(id));
        }
        for (String line : items(joining)) {
            Member member = ConfigText.server(line);
            if (member.client() == null) {
                throw new IllegalArgumentException(
                        line + ": the client address is missing; allowed is ...;[host:]clientPort");
            }
            members.remove(member.id());
            for (Member other : members.values()) {
                refuseSharedAddress(member, other);
            }
            members.put(member.id(), member);
        }
        return new EnsembleConfig(members, 0);
    }

    private static String[] items(@Nullable String list) {
        return list == null || list.isBlank() ? new String[0] : list.strip().split("\\s*[,\\n]\\s*");
    }

    private static void refuseSharedAddress(Member member, Member other) {
        Set<HostPort> shared = addresses(member);
        shared.retainAll(addresses(other));
        shared.removeIf(address -> isOfEveryMachine(address.host()));
        if (!shared.isEmpty()) {
            HostPort address = shared.iterator().next();
            throw new IllegalArgumentException("server." + member.id() + ": " + address.host() + ":" + address.port()
                    + " is an address of server " + other.id() + " already");
        }
    }

    private static Set<HostPort> addresses(Member member) {
        Set<HostPort> all = new HashSet<>();
        member.addresses().forEach(address -> {
            all.add(new HostPort(address.host(), address.quorumPort()));
            all.add(new HostPort(address.host(), address.electionPort()));
        });
        HostPort client = member.client();
        if (client != null) {
            all.add(client);
        }
        return all;
    }

    /// Loopback and "any" mean another place on each machine.
    private static boolean isOfEveryMachine(String host) {
        return host.startsWith("127.")
                || host.equals("localhost")
                || host.equals("0.0.0.0")
                || host.equals("::")
                || host.equals("::1")
                || host.equals("0:0:0:0:0:0:0:1")
                || host.equals("0:0:0:0:0:0:0:0");
    }
}
