package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.EnsembleMember;
import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.core.MemberConfig;
import dev.quorate.ensemble.core.MemberView;
import dev.quorate.ensemble.core.Outbox;
import dev.quorate.ensemble.message.ConnectResponse;
import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// A machine with one server: its process, its disk, its clocks. Runs the member by the contract of
/// [dev.quorate.ensemble.core].
final class SimulatedServer implements Outbox {
    private static final int TICKS_PER_TICK_TIME = 10;

    final int id;
    final SimulatedDisk disk;
    private final Simulation simulation;
    private final Scenario scenario;
    private MemberConfig config;
    private final PeerLinks peers;

    private @Nullable EnsembleMember member;
    private @Nullable MemberView view;
    private int life;
    private boolean ended;
    private boolean paused;
    private final ArrayDeque<Event> waiting = new ArrayDeque<>();
    private String fatal = "";

    /// This machine's clocks against simulated time: how fast they run, and what the wall clock is off by.
    private final double rate;
    private final long bootNanos;
    private long wallOffsetMillis;

    SimulatedServer(Simulation simulation, int id, Scenario scenario) {
        this.simulation = simulation;
        this.id = id;
        this.scenario = scenario;
        config = scenario.member(id, scenario.firstMembership(id));
        peers = simulation.peers;
        disk = new SimulatedDisk(
                id, simulation.scheduler, simulation.random, config.commitLogCount(), simulation.laws.zab);
        rate = 1 + (simulation.random.nextInt(81) - 40) / 1000.0;
        bootNanos = simulation.random.nextLong(1_000_000_000_000L) - 500_000_000_000L;
        wallOffsetMillis = simulation.random.nextLong(7_200_000L) - 3_600_000L;
    }

    // --- life and death

    boolean isUp() {
        return member != null;
    }

    MemberView view() {
        MemberView current = view;
        if (current == null) {
            throw new IllegalStateException("server " + id + " is down");
        }
        return current;
    }

    void start() {
        life++;
        int then = life;
        ended = false;
        simulation.trace(id, () -> "starts");
        config = scenario.member(id, disk.membership(scenario.firstMembership(id)));
        member = new EnsembleMember(
                config, disk.recover(this::step), simulation.codec, new SplittableRandom(simulation.random.nextLong()));
        view = new MemberView(member);
        if (config.standalone()) {
            simulation.laws.chain.forgetAfter(view.lastLogged());
        }
        tick(then);
    }

    private void tick(int then) {
        if (life == then && member != null) {
            if (!paused) {
                step(new Event.Tick());
            }
            long interval = config.tickMillis() * 1_000_000L / TICKS_PER_TICK_TIME;
            simulation.scheduler.after((long) (interval / rate), () -> tick(then));
        }
    }

    /// The process is gone; `notice`: its kernel tells the peers, so it is no loss of power.
    void crash(boolean notice) {
        if (member == null) {
            return;
        }
        simulation.trace(id, () -> notice ? "is killed" : "loses power");
        down(notice);
    }

    private void down(boolean notice) {
        member = null;
        view = null;
        paused = false;
        waiting.clear();
        life++;
        if (disk.crash() > 0) {
            simulation.reached.count("disk: what was not synced is lost");
        }
        peers.serverDown(this, notice);
        simulation.clientLinks.serverDown(id, notice);
        simulation.laws.crashed(this);
    }

    /// An orderly stop.
    void stop() {
        step(new Event.Stop());
    }

    void jumpWallClock(long millis) {
        wallOffsetMillis += millis;
    }

    /// The process stands still for a while: what arrives waits, the clock goes on.
    void pause(long nanos) {
        if (member == null || paused) {
            return;
        }
        int then = life;
        paused = true;
        simulation.trace(id, () -> "is paused");
        simulation.scheduler.after(nanos, () -> {
            if (isCurrent(then)) {
                paused = false;
                simulation.trace(id, () -> "goes on");
                while (!waiting.isEmpty() && isCurrent(then)) {
                    step(waiting.poll());
                }
            }
        });
    }

    void step(Event event) {
        EnsembleMember running = member;
        if (running == null) {
            return;
        }
        if (paused) {
            waiting.add(event);
            return;
        }
        long now = simulation.scheduler.now();
        simulation.hash(id, event);
        simulation.trace(id, event);
        running.step(
                event, bootNanos + (long) (now * rate), 1_700_000_000_000L + now / 1_000_000 + wallOffsetMillis, this);
        disk.handOff();
        simulation.laws.stepped(this);
        if (ended) {
            String reason = fatal;
            simulation.trace(id, () -> "has stopped " + reason);
            down(true);
            simulation.stopped(this, reason);
        } else {
            simulation.happened(this, event);
        }
    }

    boolean isCurrent(int then) {
        return life == then && member != null;
    }

    int life() {
        return life;
    }

    // --- effects: clients

    @Override
    public void connected(long connection, ConnectResponse response) {
        simulation.clientLinks.connected(connection, response);
    }

    @Override
    public void reply(long connection, Reply reply) {
        simulation.clientLinks.reply(connection, reply);
    }

    @Override
    public void watchFired(long connection, WatchEvent event) {
        simulation.reached.count("watch fired");
        simulation.clientLinks.watchFired(connection, event);
    }

    @Override
    public void closeClient(long connection, String reason) {
        simulation.clientLinks.closeByServer(connection);
    }

    @Override
    public void readClient(long connection, boolean enabled) {
        simulation.clientLinks.read(connection, enabled);
    }

    // --- effects: peers

    @Override
    public void notify(long server, Notification notification) {
        peers.notify(id, (int) server, notification);
    }

    @Override
    public void connectToLeader(long link, Member leader) {
        peers.dial(this, link, (int) leader.id());
    }

    @Override
    public void sendToLeader(long link, QuorumPacket packet) {
        peers.toLeader(this, link, packet);
    }

    @Override
    public void closeLeader(long link, String reason) {
        peers.closeByLearner(this, link);
    }

    @Override
    public void acceptLearners(boolean enabled) {
        peers.accept(this, enabled);
    }

    @Override
    public void acceptObservers(boolean enabled) {
        peers.accept(this, enabled);
    }

    @Override
    public void sendToLearner(long link, QuorumPacket packet) {
        if (packet instanceof QuorumPacket.CommitAndActivate commit) {
            simulation.laws.zab.handsOver(this, commit.zxid(), (int) commit.designatedLeader());
        }
        peers.toLearner(link, packet);
    }

    @Override
    public void closeLearner(long link, String reason) {
        simulation.trace(id, () -> "drops learner: " + reason);
        PeersKeepTheProtocol.said(id, reason);
        peers.closeByLeader(link);
    }

    // --- effects: storage

    @Override
    public void append(TxnEntry entry) {
        simulation.laws.appending(this, entry);
        disk.append(entry);
    }

    @Override
    public void syncLog() {
        disk.sync();
    }

    @Override
    public void storeAcceptedEpoch(long epoch) {
        disk.storeAcceptedEpoch(epoch);
    }

    @Override
    public void storeCurrentEpoch(long epoch) {
        disk.storeCurrentEpoch(epoch);
    }

    @Override
    public void truncate(long zxid) {
        simulation.trace(id, () -> "cuts its log at " + Zxid.hex(zxid));
        disk.truncate(zxid);
    }

    @Override
    public void beginSnapshotFile(long snapshot, long zxid, boolean sync, boolean rollLog) {
        simulation.reached.count("snapshot file begun");
        disk.beginSnapshot(snapshot, zxid, rollLog);
    }

    @Override
    public void beginSnapshotToLearner(long snapshot, long link) {
        peers.beginSnapshot(this, snapshot, link);
    }

    @Override
    public void snapshotChunk(long snapshot, SnapshotChunk chunk) {
        if (!peers.snapshotChunk(this, snapshot, chunk)) {
            disk.chunk(snapshot, chunk);
        }
    }

    @Override
    public void abortSnapshot(long snapshot) {
        if (!peers.abortSnapshot(this, snapshot)) {
            disk.abortSnapshot(snapshot);
        }
    }

    @Override
    public void configChanged(Membership membership) {
        disk.storeMembership(membership);
    }

    // --- the rest

    @Override
    public void trace(String line) {
        simulation.trace(id, () -> line);
        simulation.reached.line(line);
        PeersKeepTheProtocol.said(id, line);
    }

    @Override
    public void stopped(String reason) {
        ended = true;
        fatal = reason;
    }
}
