package dev.quorate.ensemble.core;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.ConnectRequest;
import dev.quorate.ensemble.model.AuthId;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A client connection: who it is, and its requests that are not answered yet, in order.
final class Connection {
    enum Phase {
        /// Nothing was asked yet.
        ACCEPTED,
        /// A new session is being created, or a known one confirmed by the leader.
        CONNECTING,
        OPEN,
        /// The session is being closed or the socket is.
        CLOSING
    }

    /// A request in the queue. Writes and syncs have a `body` and wait for the ensemble, everything else for those
    /// before it.
    record Waiting(int xid, int opCode, ClientRequest request, List<AuthId> ids, byte @Nullable [] body) {
        boolean ensemble() {
            return body != null;
        }
    }

    final long id;
    final String remoteAddress;
    final long acceptedAt;
    final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    List<AuthId> ids;
    Phase phase = Phase.ACCEPTED;
    long session;
    int timeoutMillis;
    long touchedAt;
    /// What had been proposed when the session was opened here, as far as this server knew.
    long openedAt;
    /// The session has been used through another server since.
    boolean left;
    /// Opened without a leader: it only reads, and does not wait for one.
    boolean readOnly;
    boolean reading = true;

    /// What the client asked for, until it is answered.
    @Nullable
    ConnectRequest connect;

    Connection(long id, String remoteAddress, List<AuthId> ids, long now) {
        this.id = id;
        this.remoteAddress = remoteAddress;
        this.ids = ids;
        acceptedAt = now;
    }
}
