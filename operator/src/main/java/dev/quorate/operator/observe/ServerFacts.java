package dev.quorate.operator.observe;

/// What a member's admin server says.
///
/// @param phase `election`, `discovery`, `synchronization` or `broadcast`
/// @param leader server id of the leader it knows, -1 for none
/// @param syncedFollowers as the leader counts them; 0 of anybody else
/// @param version of the server, "" where unknown
public record ServerFacts(
        String phase, boolean leads, long leader, long zxid, long epoch, int syncedFollowers, String version) {
    public boolean broadcasts() {
        return phase.equals("broadcast");
    }

    /// Whether the zxid names a transaction, and not just the beginning of an epoch.
    public boolean standsAtTransaction() {
        return (zxid & 0xffffffffL) != 0;
    }
}
