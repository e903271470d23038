package dev.quorate.ensemble.faults;

import dev.quorate.ensemble.faults.FaultyEnsemble.Member;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Does faults of random kinds to an ensemble, and ends each after a while. A server suffers one fault of its own at a
/// time;
/// those of the network come on top. One thread.
final class FaultSchedule implements Trouble {
    private interface Undo {
        void run() throws IOException, InterruptedException;
    }

    private record Running(
            long endsAt, Fault fault, @Nullable Member member, Undo undo) {}

    private static final int GAP_MILLIS_MIN = 100;
    private static final int GAP_MILLIS_MAX = 1_500;
    private static final int AT_ONCE_MAX = 4;
    private static final long CLOCK_JUMP_MILLIS_MAX = TimeUnit.HOURS.toMillis(2);
    private static final int LAST_WORDS = 2_000;
    private static final long STOP_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    private final FaultyEnsemble ensemble;
    private final Random random;
    private final long nanos;
    private final List<Running> running = new ArrayList<>();
    private final Set<Member> down = new HashSet<>();
    private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
    private final List<String> log = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final long began = System.nanoTime();

    /// Goes on for so long.
    FaultSchedule(FaultyEnsemble ensemble, Random random, long nanos) {
        this.ensemble = ensemble;
        this.random = random;
        this.nanos = nanos;
    }

    @Override
    public void run(History history) throws IOException, InterruptedException {
        long end = System.nanoTime() + nanos;
        long next = System.nanoTime();
        while (System.nanoTime() < end) {
            endFaults(System.nanoTime());
            lookForTheDead();
            if (System.nanoTime() >= next && atOnce() < AT_ONCE_MAX) {
                begin();
                next = System.nanoTime()
                        + TimeUnit.MILLISECONDS.toNanos(random.nextInt(GAP_MILLIS_MIN, GAP_MILLIS_MAX));
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        endFaults(Long.MAX_VALUE);
        lookForTheDead();
    }

    /// Of those that the servers notice.
    private long atOnce() {
        return running.stream().filter(one -> one.fault != Fault.LOSE_CLIENT).count();
    }

    @Override
    public void lookForTheDead() throws IOException, InterruptedException {
        for (Member member : ensemble.members()) {
            if (!down.contains(member) && !member.server().running()) {
                boolean full =
                        running.stream().anyMatch(one -> one.fault == Fault.FULL_DISK && member.equals(one.member));
                int code = member.server().exitCode();
                say("server " + member.id() + " has ended with " + code);
                if (full) {
                    down.add(member);
                } else {
                    if (member.server().kind() == Kind.QUORATE && !saidDiskFull(member)) {
                        violations.add("server " + member.id() + " has ended by itself with " + code);
                    }
                    member.server().start();
                }
            }
        }
    }

    private static boolean saidDiskFull(Member member) {
        String said = member.server().said();
        return said.substring(Math.max(0, said.length() - LAST_WORDS)).contains("No space left");
    }

    Map<Fault, Integer> counts() {
        return counts;
    }

    @Override
    public List<String> log() {
        return log;
    }

    @Override
    public List<String> violations() {
        return violations;
    }

    private void say(String what) {
        log.add("%8.3f %s".formatted((System.nanoTime() - began) / 1e9, what));
    }

    private void endFaults(long now) throws IOException, InterruptedException {
        for (Running one : running.stream()
                .filter(one -> one.endsAt <= now)
                .sorted(Comparator.comparingLong(Running::endsAt))
                .toList()) {
            one.undo.run();
            say("end of " + one.fault + (one.member == null ? "" : " of server " + one.member.id()));
            running.remove(one);
        }
    }

    private void begin() throws IOException, InterruptedException {
        Fault fault = choose();
        long millis = random.nextInt(10) == 0 ? random.nextInt(4_000, 9_000) : random.nextInt(100, 3_000);
        Member one = fault.name().endsWith("_LEADER") ? leader() : any();
        switch (fault) {
            case KILL, KILL_LEADER -> {
                if (free(one)) {
                    one.server().kill();
                    down.add(one);
                    start(fault, one, millis, () -> up(one));
                }
            }
            case KILL_ALL -> killAll(millis);
            case STOP, STOP_LEADER -> {
                if (free(one)) {
                    one.server().terminate();
                    down.add(one);
                    start(fault, one, millis, () -> stopped(one));
                }
            }
            case PAUSE, PAUSE_LEADER -> {
                if (free(one)) {
                    one.server().pause();
                    start(fault, one, millis, one.server()::resume);
                }
            }
            case ISOLATE, ISOLATE_LEADER -> {
                if (one != null) {
                    split(fault, List.of(one), millis);
                }
            }
            case SPLIT -> {
                List<Member> some = ensemble.members().stream()
                        .filter(_ -> random.nextBoolean())
                        .toList();
                split(fault, some, millis);
            }
            case ONE_WAY -> {
                Member other = any();
                ensemble.network().hears(one.id(), other.id(), false);
                start(fault, null, millis, () -> ensemble.network().hears(one.id(), other.id(), true));
            }
            case FLAP -> flap(millis);
            case DELAY -> {
                delay(random.nextInt(5, 200));
                start(fault, null, millis, () -> delay(0));
            }
            case CUT -> {
                ensemble.network().cut(one.id(), any().id());
                start(fault, null, 0, () -> {});
            }
            case CUT_CLIENTS -> {
                ensemble.network().cutClientsOf(one.id());
                start(fault, null, 0, () -> {});
            }
            case LOSE_CLIENT -> {
                int client = random.nextInt(ensemble.clients());
                ensemble.network().clientConnected(client, false);
                start(fault, null, Client.SESSION_MILLIS + millis, () -> ensemble.network()
                        .clientConnected(client, true));
            }
            case FULL_DISK, SLOW_DISK -> disk(fault, one, millis);
            case CLOCK -> {
                one.clock().skew(random.nextLong(-CLOCK_JUMP_MILLIS_MAX, CLOCK_JUMP_MILLIS_MAX));
                start(fault, null, millis, () -> {
                    if (random.nextBoolean()) {
                        one.clock().skew(0);
                    }
                });
            }
        }
    }

    private Fault choose() {
        int all = 0;
        for (Fault fault : Fault.values()) {
            all += fault.weight;
        }
        int at = random.nextInt(all);
        for (Fault fault : Fault.values()) {
            at -= fault.weight;
            if (at < 0) {
                return fault;
            }
        }
        throw new AssertionError();
    }

    private void start(Fault fault, @Nullable Member member, long millis, Undo undo) {
        counts.merge(fault, 1, Integer::sum);
        say(fault + (member == null ? "" : " of server " + member.id()) + " for " + millis + " ms");
        running.add(new Running(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), fault, member, undo));
    }

    private Member any() {
        return ensemble.members().get(random.nextInt(ensemble.members().size()));
    }

    private @Nullable Member leader() {
        return ensemble.members().stream()
                .filter(this::free)
                .filter(member -> member.server().mode().equals("leader"))
                .findFirst()
                .orElse(null);
    }

    private boolean free(@Nullable Member member) {
        return member != null && !down.contains(member) && running.stream().noneMatch(one -> member.equals(one.member));
    }

    private void up(Member member) throws IOException {
        member.server().start();
        down.remove(member);
    }

    private void stopped(Member member) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + STOP_NANOS_MAX;
        while (member.server().running() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        if (member.server().running()) {
            violations.add("server " + member.id() + " does not stop");
            member.server().kill();
        }
        up(member);
    }

    private void killAll(long millis) throws InterruptedException {
        List<Member> killed = ensemble.members().stream().filter(this::free).toList();
        for (Member member : killed) {
            member.server().kill();
            down.add(member);
        }
        for (Member member : killed) {
            start(Fault.KILL_ALL, member, random.nextLong(1, millis), () -> up(member));
        }
        counts.merge(Fault.KILL_ALL, 1 - killed.size(), Integer::sum);
    }

    private void split(Fault fault, List<Member> some, long millis) {
        boolean reset = random.nextBoolean();
        connect(some, false);
        if (reset) {
            forEachAcross(some, ensemble.network()::cut);
        }
        start(fault, null, millis, () -> connect(some, true));
    }

    private void connect(List<Member> some, boolean open) {
        forEachAcross(some, (one, other) -> ensemble.network().connected(one, other, open));
    }

    private interface Pair {
        void accept(int one, int other);
    }

    private void forEachAcross(List<Member> some, Pair pair) {
        for (Member one : some) {
            for (Member other : ensemble.members()) {
                if (!some.contains(other)) {
                    pair.accept(one.id(), other.id());
                }
            }
        }
    }

    private void flap(long millis) {
        int one = any().id();
        int other = any().id();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long period = random.nextLong(20, 400);
        Thread flapping = Thread.ofVirtual().start(() -> {
            try {
                for (boolean open = false; System.nanoTime() < end; open = !open) {
                    ensemble.network().connected(one, other, open);
                    TimeUnit.MILLISECONDS.sleep(period);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        start(Fault.FLAP, null, millis, () -> {
            flapping.interrupt();
            flapping.join();
            ensemble.network().connected(one, other, true);
        });
    }

    private void delay(long millis) {
        for (Member one : ensemble.members()) {
            for (Member other : ensemble.members()) {
                ensemble.network().delay(one.id(), other.id(), millis == 0 ? 0 : random.nextLong(millis));
            }
        }
    }

    private void disk(Fault fault, Member member, long millis) throws IOException, InterruptedException {
        if (!free(member) || member.disk().isEmpty()) {
            return;
        }
        SmallDisk disk = member.disk().get();
        if (fault == Fault.SLOW_DISK) {
            disk.freeze(true);
            start(fault, member, millis, () -> disk.freeze(false));
            return;
        }
        disk.fill();
        start(fault, member, millis, () -> {
            lookForTheDead();
            disk.free();
            if (down.contains(member)) {
                up(member);
            }
        });
    }
}
