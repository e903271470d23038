package dev.quorate.ensemble.core;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.session.SessionTable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Sessions that this server alone knows (peer-protocol.md §5.6): opened, kept and closed without a transaction. One
/// that needs an ephemeral becomes a session of the ensemble first, if that is allowed: the transaction that creates
/// it there takes it out of here. They outlive an election, not the process.
final class LocalSessions {
    private static final int EPHEMERAL = 1;
    private static final int EPHEMERAL_SEQUENTIAL = 3;
    private static final int SERVER_ID_BITS = 56;

    private final SessionTable table;
    private final Set<Long> upgrading = new HashSet<>();
    private final Set<Long> readOnly = new HashSet<>();

    LocalSessions(int tickMillis) {
        table = new SessionTable(tickMillis);
    }

    void open(long session, int timeoutMillis, long now) {
        table.add(session, timeoutMillis, now);
    }

    /// One that ends when a leader is there.
    void openReadOnly(long session, int timeoutMillis, long now) {
        open(session, timeoutMillis, now);
        readOnly.add(session);
    }

    void closeReadOnly() {
        List.copyOf(readOnly).forEach(this::close);
    }

    boolean contains(long session) {
        return table.contains(session);
    }

    int size() {
        return table.size();
    }

    /// False when there is no such session here.
    boolean touch(long session, int timeoutMillis, long now) {
        return table.touch(session, timeoutMillis, now);
    }

    void close(long session) {
        table.remove(session);
        upgrading.remove(session);
        readOnly.remove(session);
    }

    /// Those whose time is over; they are gone.
    List<Long> expire(long now) {
        List<Long> expired = table.expire(now);
        expired.forEach(this::close);
        return expired;
    }

    /// True when the ensemble has to be asked to know this session; from then on it is being asked.
    boolean beginUpgrade(long session) {
        return table.contains(session) && upgrading.add(session);
    }

    boolean isUpgrading(long session) {
        return upgrading.contains(session);
    }

    /// Whatever the leader before was asked for is in its history, or will never be.
    void forgetUpgrades() {
        upgrading.clear();
    }

    /// The request makes something that only a session of the ensemble may own.
    static boolean needsEnsemble(ClientRequest request) {
        return switch (request) {
            case ClientRequest.Create create -> create.flags() == EPHEMERAL || create.flags() == EPHEMERAL_SEQUENTIAL;
            case ClientRequest.Multi multi -> multi.ops().stream().anyMatch(LocalSessions::needsEnsemble);
            default -> false;
        };
    }

    /// The server that gave the session its id.
    static long serverOf(long session) {
        return session >>> SERVER_ID_BITS;
    }
}
