package dev.quorate.ensemble.faults;

/// What can happen to an ensemble of processes; [FaultSchedule] does it.
enum Fault {
    KILL(6, "kill -9 of a server"),
    KILL_LEADER(8, "kill -9 of the leader"),
    KILL_ALL(2, "kill -9 of all servers at once"),
    STOP(4, "orderly stop of a server"),
    STOP_LEADER(4, "orderly stop of the leader"),
    PAUSE(5, "a server stands still (SIGSTOP)"),
    PAUSE_LEADER(8, "the leader stands still (SIGSTOP)"),
    ISOLATE(4, "a server is cut off from all others"),
    ISOLATE_LEADER(8, "the leader is cut off from all others"),
    SPLIT(5, "the servers fall into two groups"),
    ONE_WAY(5, "a server does not hear another one"),
    FLAP(4, "the way between two servers comes and goes"),
    DELAY(4, "the ways between servers are slow"),
    CUT(4, "connections between two servers are reset"),
    CUT_CLIENTS(4, "all clients of a server are reset"),
    LOSE_CLIENT(4, "a client reaches nobody until its session is over"),
    FULL_DISK(5, "the disk is full"),
    SLOW_DISK(6, "the disk stands still"),
    CLOCK(5, "the wall clock jumps");

    /// How often, beside the others.
    final int weight;

    final String text;

    Fault(int weight, String text) {
        this.weight = weight;
        this.text = text;
    }
}
