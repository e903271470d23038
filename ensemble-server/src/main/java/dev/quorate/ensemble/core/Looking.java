package dev.quorate.ensemble.core;

import dev.quorate.ensemble.election.Election;
import dev.quorate.ensemble.election.Vote;
import dev.quorate.ensemble.message.Notification;
import org.jspecify.annotations.Nullable;

/// Without a leader: an election is under way and nobody is served.
final class Looking implements Role {
    /// Before the first step.
    static final Role NONE = new Looking(null, 0);

    private final @Nullable Election election;
    private final long since;

    Looking(@Nullable Election election, long since) {
        this.election = election;
        this.since = since;
    }

    long nanos(long now) {
        return now - since;
    }

    /// Takes a voter's notification; true when our own vote has changed.
    boolean receive(long from, Notification notification, long now) {
        return election != null && election.receive(from, notification, now);
    }

    /// True when our vote is to be sent again.
    boolean timeToSend(long now) {
        return election != null && election.tick(now);
    }

    @Nullable
    Vote decision() {
        return election == null ? null : election.decision();
    }

    @Override
    public String name() {
        return "looking";
    }

    @Override
    public String phase() {
        return "election";
    }

    @Override
    public long leader() {
        return -1;
    }

    @Override
    public boolean serving() {
        return false;
    }

    @Override
    public void tick() {}
}
