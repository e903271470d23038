package dev.quorate.ensemble.quorum;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// One `server.N` line. Hosts stay names here: whoever dials resolves them anew each time.
public record Member(
        long id,
        List<PeerAddress> addresses,
        Role role,
        @Nullable HostPort client) {
    public enum Role {
        PARTICIPANT,
        OBSERVER
    }

    public record HostPort(String host, int port) {}

    /// Quorum and election port of one host; usually the only one of a member.
    public record PeerAddress(String host, int quorumPort, int electionPort) {}

    public Member {
        addresses = List.copyOf(addresses);
    }

    /// The same, where learners are taken at another port.
    public Member withQuorumPort(int port) {
        List<PeerAddress> others = addresses.stream()
                .map(address -> new PeerAddress(address.host(), port, address.electionPort()))
                .toList();
        return new Member(id, others, role, client);
    }

    public boolean votes() {
        return role == Role.PARTICIPANT;
    }

    /// Equal but for the order in which the addresses stand (peer-protocol.md §1.1).
    boolean saysTheSameAs(Member other) {
        return id == other.id
                && role == other.role
                && hasQuorumAddressesOf(other)
                && endpoints(PeerAddress::electionPort).equals(other.endpoints(PeerAddress::electionPort))
                && java.util.Objects.equals(client, other.client);
    }

    /// Whether it takes learners where the other does.
    public boolean hasQuorumAddressesOf(Member other) {
        return endpoints(PeerAddress::quorumPort).equals(other.endpoints(PeerAddress::quorumPort));
    }

    private Set<HostPort> endpoints(ToIntFunction<PeerAddress> port) {
        Set<HostPort> endpoints = new HashSet<>();
        addresses.forEach(address -> endpoints.add(new HostPort(address.host(), port.applyAsInt(address))));
        return endpoints;
    }
}
