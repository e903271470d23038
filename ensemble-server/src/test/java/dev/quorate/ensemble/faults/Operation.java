package dev.quorate.ensemble.faults;

/// One operation of a client, as the client saw it.
///
/// @param handle the client object that asked; it has one session, or takes one over
/// @param order of the reply among replies and watch events of its handle
/// @param value written or read; of ephemerals nothing
/// @param version before a CAS: the one expected; of a sequential create the number; otherwise what the reply told, -1
/// if
///     there was none
/// @param zxid a state that the reply showed, at least; 0 if it showed none. Of writes, where they took effect
/// @param invoked when it was asked for, in nanoseconds of one clock
/// @param returned when its reply was heard of, [#NEVER] if its outcome is unknown
record Operation(
        int handle,
        long session,
        int order,
        Kind kind,
        String path,
        String value,
        int version,
        long zxid,
        long invoked,
        long returned,
        Outcome outcome) {

    static final long NEVER = Long.MAX_VALUE;

    enum Kind {
        WRITE,
        CAS,
        READ,
        /// A read behind a sync, or behind a write of the same session where the ensemble's sync proves nothing.
        SYNC_READ,
        SEQUENTIAL,
        EPHEMERAL,
        /// Is the ephemeral there? By its own session.
        OWN_EPHEMERAL,
        /// By anybody, behind a sync.
        SYNC_EPHEMERAL,
        /// The ensemble has told the client that its session is over.
        SESSION_ENDED
    }

    enum Outcome {
        OK,
        /// The condition did not hold: another version, no such znode.
        FAILED,
        /// Certainly without effect, and nothing is learned from it.
        REFUSED,
        UNKNOWN
    }

    boolean ok() {
        return outcome == Outcome.OK;
    }

    boolean isWrite() {
        return switch (kind) {
            case WRITE, CAS, SEQUENTIAL, EPHEMERAL -> true;
            case READ, SYNC_READ, OWN_EPHEMERAL, SYNC_EPHEMERAL, SESSION_ENDED -> false;
        };
    }

    /// The version of the znode that it left or saw.
    int versionAfter() {
        return kind == Kind.CAS ? version + 1 : version;
    }

    String line() {
        return "%d %d handle %d 0x%x #%d %s %s '%s' version %d zxid 0x%x %s"
                .formatted(
                        invoked / 1000,
                        returned == NEVER ? -1 : returned / 1000,
                        handle,
                        session,
                        order,
                        kind,
                        path,
                        value,
                        version,
                        zxid,
                        outcome);
    }
}
