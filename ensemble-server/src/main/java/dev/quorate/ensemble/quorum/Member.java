package dev.quorate.ensemble.quorum;

import java.util.List;
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

    public boolean votes() {
        return role == Role.PARTICIPANT;
    }
}
