package dev.quorate.ensemble.faults;

import dev.quorate.ensemble.faults.FaultyEnsemble.Member;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One server after the other is stopped or killed, misses nothing, a little or a lot, and comes back: with its files,
/// or
/// now and then with an empty disk. The leader sometimes goes with writes in its log that nobody else has. After each
/// order
/// of restarts some members change, where that is asked for.
final class Restarts implements Trouble {
    private static final int[] OPERATIONS_MISSED = {0, 40, 600};
    private static final long NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    private static final int RECONFIGURATIONS = 2;

    private final FaultyEnsemble ensemble;
    private final List<List<Integer>> orders;
    private final @Nullable Reconfigurations reconfigurations;
    private final Random random;
    private final long began = System.nanoTime();
    private final List<String> log = new ArrayList<>();

    /// `orders`: ids of servers.
    Restarts(
            FaultyEnsemble ensemble,
            List<List<Integer>> orders,
            @Nullable Reconfigurations reconfigurations,
            Random random) {
        this.ensemble = ensemble;
        this.orders = orders;
        this.reconfigurations = reconfigurations;
        this.random = random;
    }

    @Override
    public void run(History history) throws Exception {
        for (List<Integer> order : orders) {
            say("in the order " + order);
            for (int id : order) {
                restart(ensemble.members().get(id - 1), history);
            }
            if (reconfigurations != null) {
                for (int i = 0; i < RECONFIGURATIONS; i++) {
                    say(reconfigurations.next());
                    awaitOperations(history, 20);
                    awaitAll();
                }
            }
        }
    }

    private void awaitAll() throws IOException, InterruptedException {
        for (Member member : ensemble.members()) {
            member.server().awaitServing();
        }
    }

    @Override
    public void lookForTheDead() {
        for (Member member : ensemble.members()) {
            if (!member.server().running()) {
                throw new AssertionError("server " + member.id() + " has ended by itself; see "
                        + member.server().log());
            }
        }
    }

    @Override
    public List<String> log() {
        return log;
    }

    @Override
    public List<String> violations() {
        return List.of();
    }

    private void say(String what) {
        log.add("%8.3f %s".formatted((System.nanoTime() - began) / 1e9, what));
    }

    private void restart(Member member, History history) throws Exception {
        int missed = OPERATIONS_MISSED[random.nextInt(OPERATIONS_MISSED.length)];
        boolean leads = member.server().mode().equals("leader");
        boolean wiped = random.nextInt(6) == 0;
        String how;
        if (leads && random.nextBoolean()) {
            how = "killed with a tail of its own";
            killWithTail(member);
        } else if (random.nextBoolean()) {
            how = "killed";
            member.server().kill();
        } else {
            how = "stopped";
            member.server().stop();
        }
        say("server " + member.id() + (leads ? ", the leader," : "") + " is " + how + ", misses " + missed
                + " operations" + (wiped ? ", and loses its disk" : ""));
        awaitOperations(history, missed);
        if (wiped) {
            Directories.delete(member.server().dataDir().resolve("version-2"));
        }
        member.server().start().awaitServing();
        awaitAll();
        say("all serve; " + ensemble.describe());
    }

    /// The others stand still while the leader takes what its clients want.
    private void killWithTail(Member leader) throws IOException, InterruptedException {
        List<Member> others =
                ensemble.members().stream().filter(one -> one != leader).toList();
        for (Member other : others) {
            other.server().pause();
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(20, 200));
        leader.server().kill();
        for (Member other : others) {
            other.server().resume();
        }
    }

    private void awaitOperations(History history, int more) throws InterruptedException {
        int wanted = history.operations().size() + more;
        long deadline = System.nanoTime() + NANOS_MAX;
        while (history.operations().size() < wanted) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("clients do not get on; " + ensemble.describe());
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
