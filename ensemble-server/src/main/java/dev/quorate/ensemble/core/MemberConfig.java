package dev.quorate.ensemble.core;

import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.request.RequestConfig;

/// What a member is told at its start. `membership` has no members for a standalone server, whose zxids know no epochs;
/// it stays as it is unless `reconfiguration` is enabled. `observerMasterPort` is where followers feed observers, 0 if
/// none does. Limits are in ticks, times in milliseconds; `snapCount` and `commitLogCount` in transactions.
/// `snapshotAtOnce` znodes are taken in one step when a snapshot begins: a tree that has no more is exact in it.
/// `initialCounter` is where zxids of each epoch begin: 0, but in tests of how they end.
public record MemberConfig(
        long serverId,
        Membership membership,
        Reconfigurable reconfiguration,
        int tickMillis,
        int initLimitTicks,
        int syncLimitTicks,
        int sessionTimeoutMinMillis,
        int sessionTimeoutMaxMillis,
        int snapCount,
        int snapshotAtOnce,
        int commitLogCount,
        int outstandingPerConnectionMax,
        int electionGraceMillis,
        int reaperIntervalMillis,
        int observerMasterPort,
        long initialCounter,
        SessionModes sessions,
        RequestConfig requests) {

    /// Whether configurations may change while the member runs, and whether one participant is too few.
    public record Reconfigurable(boolean enabled, boolean standaloneEnabled) {}

    public boolean standalone() {
        return ensemble().members().isEmpty();
    }

    /// The one in force at the start.
    private EnsembleConfig ensemble() {
        return membership.committed();
    }

    /// New sessions stay on the server of their client. A server alone has no others to spare from them.
    boolean localSessions() {
        return sessions.local() && !standalone();
    }

    /// How long a server looks for a leader before it serves whoever only wants to read.
    long readOnlyAfterNanos() {
        return sessions.readOnlyAfterMillis() == 0 ? Long.MAX_VALUE : sessions.readOnlyAfterMillis() * 1_000_000L;
    }

    long initLimitNanos() {
        return (long) initLimitTicks * tickMillis * 1_000_000;
    }

    long syncLimitNanos() {
        return (long) syncLimitTicks * tickMillis * 1_000_000;
    }

    /// How long clients may wait for a leader; 0: they are sent away when theirs is lost.
    long electionGraceNanos() {
        return electionGraceMillis * 1_000_000L;
    }

    long tickNanos() {
        return tickMillis * 1_000_000L;
    }
}
