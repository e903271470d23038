package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.message.QuorumPacket;
import java.util.random.RandomGenerator;

/// What goes wrong, and when. Budgeted: a crashed server comes back, a partition heals, so that a correct ensemble can
/// always recover once [#end] was called.
final class Faults {
    private final Simulation simulation;
    private final Scenario scenario;
    private final RandomGenerator random;
    private boolean over;

    Faults(Simulation simulation, Scenario scenario, RandomGenerator random) {
        this.simulation = simulation;
        this.scenario = scenario;
        this.random = random;
    }

    void begin() {
        next();
    }

    private void next() {
        long wait = random.nextLong(2L * scenario.meanFaultMillis() * 1_000_000L);
        simulation.scheduler.after(wait, () -> {
            if (!over) {
                one();
                next();
            }
        });
    }

    private SimulatedServer anyServer() {
        return simulation.server(1 + random.nextInt(scenario.servers()));
    }

    private long upTo(long millis) {
        return 1_000_000L + random.nextLong(millis * 1_000_000L);
    }

    private void one() {
        int kind = random.nextInt(100);
        if (kind < 22) {
            crash(anyServer(), true);
        } else if (kind < 36) {
            crash(anyServer(), false);
        } else if (kind < 39) {
            // All at once: what counts is what is on the disks.
            simulation.reached.count("fault: all servers crash");
            crashAll();
        } else if (kind < 44) {
            simulation.reached.count("fault: orderly stop");
            anyServer().stop();
        } else if (kind < 50) {
            leaderAlone();
        } else if (kind < 58) {
            isolate();
        } else if (kind < 65) {
            cutOneWay();
        } else if (kind < 69) {
            flap(6);
        } else if (kind < 78) {
            simulation.reached.count("fault: connection broken");
            simulation.peers.breakOne(random.nextInt(1000));
        } else if (kind < 81) {
            stall();
        } else if (kind < 85) {
            simulation.reached.count("fault: process paused");
            anyServer().pause(upTo(3_000));
        } else if (kind < 91) {
            slowDisk();
        } else if (kind < 94) {
            disk();
        } else if (kind < 96) {
            simulation.reached.count("fault: client connection broken");
            simulation.clientLinks.breakOne(random.nextInt(1000));
        } else if (kind < 98) {
            simulation.reached.count("fault: client vanishes");
            simulation.vanishes(random.nextInt(scenario.clients()));
        } else {
            simulation.reached.count("fault: wall clock jumps");
            anyServer().jumpWallClock(random.nextLong(240_000L) - 120_000L);
        }
    }

    /// The moments at which a fault hurts most come seldom by themselves: while a leader is chosen, epochs change and
    /// histories are brought together.
    void happened(SimulatedServer server, Event event) {
        if (!over && isDelicate(event) && random.nextInt(scenario.delicacy()) == 0) {
            simulation.scheduler.after(random.nextBoolean() ? random.nextLong(500_000L) : upTo(4), () -> {
                if (!over) {
                    atDelicateMoment(server);
                }
            });
        }
    }

    private static boolean isDelicate(Event event) {
        return switch (event) {
            case Event.AcceptedEpochStored _,
                    Event.CurrentEpochStored _,
                    Event.SnapshotDone _,
                    Event.Truncated _,
                    Event.LeaderConnected _,
                    Event.LearnerAccepted _ -> true;
            case Event.FromLeader from ->
                from.packet() instanceof QuorumPacket.LeaderInfo
                        || from.packet() instanceof QuorumPacket.NewLeader
                        || from.packet() instanceof QuorumPacket.Trunc
                        || from.packet() instanceof QuorumPacket.UpToDate;
            default -> false;
        };
    }

    private void atDelicateMoment(SimulatedServer server) {
        simulation.reached.count("fault: at a delicate moment");
        switch (random.nextInt(11)) {
            case 0 -> crashAll();
            case 1, 2 -> crash(server, random.nextBoolean());
            case 3 -> crash(anyServer(), false);
            case 4, 5 -> simulation.peers.breakLeaderLink(server);
            case 6, 7, 8 -> withItsLeader(server);
            case 9 -> {
                isolateOne(server);
                healLater(300);
            }
            default -> {
                isolateOne(server);
                healLater(2_500);
            }
        }
    }

    /// A learner and its leader go together, and the learner is back first: whoever is left has to decide whom of them
    /// to believe.
    private void withItsLeader(SimulatedServer server) {
        SimulatedServer leader = simulation.peers.leaderOf(server);
        crash(server, false, 5);
        if (leader != null) {
            crash(leader, false, 4_000);
        }
    }

    /// The leader is cut off from its peers or stands still, and is not dead: one client still reaches it, or will
    /// again, while the others go on without it.
    private void leaderAlone() {
        for (int id = 1; id <= scenario.voters(); id++) {
            SimulatedServer server = simulation.server(id);
            if (server.isUp() && server.view().leadsAnEpoch()) {
                simulation.reached.count("fault: leader alone");
                int friend = 1 + random.nextInt(scenario.clients());
                simulation.trace(0, () -> "leader " + server.id + " is alone with client " + friend);
                for (int client = 1; client <= scenario.clients(); client++) {
                    if (client != friend) {
                        simulation.network.cut(-client, server.id);
                        simulation.network.cut(server.id, -client);
                    }
                }
                if (random.nextInt(3) > 0) {
                    server.pause(1_000_000_000L + upTo(2_000));
                } else {
                    isolateOne(server);
                }
                healLater(4_000);
                return;
            }
        }
    }

    private void isolateOne(SimulatedServer server) {
        for (int other = 1; other <= scenario.servers(); other++) {
            if (other != server.id) {
                simulation.network.cut(server.id, other);
                simulation.network.cut(other, server.id);
            }
        }
    }

    private void crashAll() {
        for (int id = 1; id <= scenario.servers(); id++) {
            crash(simulation.server(id), false);
        }
    }

    private void crash(SimulatedServer server, boolean notice) {
        crash(server, notice, random.nextBoolean() ? 20 : 2_500);
    }

    private void crash(SimulatedServer server, boolean notice, long pauseMillis) {
        if (server.isUp()) {
            simulation.reached.count(notice ? "fault: process killed" : "fault: power lost");
            server.crash(notice);
            simulation.scheduler.after(upTo(pauseMillis), () -> simulation.restart(server));
        }
    }

    /// Some servers on one side, the rest on the other; clients reach both.
    private void isolate() {
        simulation.reached.count("fault: partition");
        int side = 1 + random.nextInt((1 << scenario.servers()) - 1);
        simulation.trace(0, () -> "partition " + Integer.toBinaryString(side));
        for (int a = 1; a <= scenario.servers(); a++) {
            for (int b = 1; b <= scenario.servers(); b++) {
                if ((side >> a - 1 & 1) != (side >> b - 1 & 1)) {
                    simulation.network.cut(a, b);
                }
            }
        }
        healLater(3_000);
    }

    private void cutOneWay() {
        simulation.reached.count("fault: one-way cut");
        int from = anyServer().id;
        int to = random.nextBoolean() ? anyServer().id : -(1 + random.nextInt(scenario.clients()));
        simulation.trace(0, () -> "nothing gets from " + from + " to " + to);
        simulation.network.cut(from, to);
        if (random.nextBoolean()) {
            simulation.network.cut(to, from);
        }
        healLater(3_000);
    }

    private void flap(int times) {
        if (times > 0 && !over) {
            simulation.reached.count("fault: flapping");
            int from = anyServer().id;
            int to = anyServer().id;
            simulation.network.cut(from, to);
            simulation.network.cut(to, from);
            simulation.scheduler.after(upTo(150), () -> {
                heal();
                simulation.scheduler.after(upTo(150), () -> flap(times - 1));
            });
        }
    }

    private void healLater(long millis) {
        simulation.scheduler.after(upTo(millis), this::heal);
    }

    private void heal() {
        simulation.trace(0, () -> "network heals");
        simulation.network.heal();
    }

    private void stall() {
        boolean peers = random.nextInt(3) == 0;
        var streams = simulation.network.alive(peers);
        if (!streams.isEmpty()) {
            simulation.reached.count("fault: connection stalls");
            streams.get(random.nextInt(streams.size())).stall(upTo(peers ? 1_500 : 2L * scenario.sessionMillis()));
        }
    }

    private void disk() {
        SimulatedDisk disk = anyServer().disk;
        if (random.nextBoolean()) {
            simulation.reached.count("fault: fsync fails");
            disk.fail("fsync failed");
        } else {
            simulation.reached.count("fault: disk full");
            disk.full(true);
            simulation.scheduler.after(upTo(5_000), () -> disk.full(false));
        }
    }

    private void slowDisk() {
        simulation.reached.count("fault: slow disk");
        SimulatedServer server = anyServer();
        server.disk.syncNanos(10_000_000L + random.nextLong(200_000_000L));
        simulation.scheduler.after(upTo(3_000), () -> server.disk.syncNanos(scenario.diskNanos()));
        // While one is slow the others come and go.
        for (int times = random.nextInt(4); times > 0; times--) {
            simulation.scheduler.after(upTo(1_000), () -> {
                SimulatedServer other = anyServer();
                if (!over && other != server) {
                    crash(other, random.nextBoolean(), 10);
                }
            });
        }
    }

    /// Peace: everything that was broken is repaired, whoever is down comes back.
    void end() {
        over = true;
        heal();
        for (int id = 1; id <= scenario.servers(); id++) {
            SimulatedServer server = simulation.server(id);
            server.disk.syncNanos(scenario.diskNanos());
            server.disk.fail("");
            server.disk.full(false);
            simulation.scheduler.after(upTo(500), () -> simulation.restart(server));
        }
    }
}
