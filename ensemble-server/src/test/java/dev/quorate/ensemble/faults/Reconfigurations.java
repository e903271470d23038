package dev.quorate.ensemble.faults;

import dev.quorate.ensemble.faults.FaultyEnsemble.Member;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/// Random changes of members and roles through the stock client, asked for at any server. One observer at most becomes
/// a
/// voter and one voter an observer in turn, so that one server may always be down.
final class Reconfigurations {
    private static final long NANOS_MAX = TimeUnit.SECONDS.toNanos(120);

    private final FaultyEnsemble ensemble;
    private final Random random;
    private final Map<Member, String> lines = new HashMap<>();
    private final List<Member> voters;

    /// Before the first start, while the files hold all members.
    Reconfigurations(FaultyEnsemble ensemble, Random random) throws IOException {
        this.ensemble = ensemble;
        this.random = random;
        voters = new ArrayList<>(ensemble.members().subList(0, ensemble.participants()));
        for (Member member : ensemble.members()) {
            String prefix = "server." + member.id() + "=";
            String line = Files.readAllLines(member.server().directory().resolve("zoo.cfg")).stream()
                    .filter(one -> one.startsWith(prefix))
                    .findFirst()
                    .orElseThrow();
            lines.put(member, line.replace(":observer", ""));
        }
    }

    /// Returns what it was.
    String next() throws Exception {
        List<Member> observers = ensemble.members().stream()
                .filter(member -> !voters.contains(member))
                .toList();
        if (observers.isEmpty()) {
            return becomes(voters.get(random.nextInt(voters.size())), "observer");
        }
        Member one = observers.get(random.nextInt(observers.size()));
        return random.nextInt(3) == 0 ? leavesAndComesBack(one) : becomes(one, "participant");
    }

    private String becomes(Member member, String role) throws Exception {
        String line = line(member, role);
        reconfigure(line, null, ":" + role + ";127.0.0.1:" + member.server().clientPort(), true);
        if (role.equals("participant")) {
            voters.add(member);
        } else {
            voters.remove(member);
        }
        return "server " + member.id() + " is " + role + " now";
    }

    private String leavesAndComesBack(Member member) throws Exception {
        String shown = "server." + member.id() + "=";
        reconfigure(null, String.valueOf(member.id()), shown, false);
        reconfigure(line(member, "observer"), null, shown, true);
        return "server " + member.id() + " was no member for a while";
    }

    private String line(Member member, String role) {
        return lines.get(member) + ":" + role + ";127.0.0.1:" + member.server().clientPort();
    }

    /// Asks until it is so: whoever is told that the connection was lost does not know.
    private void reconfigure(@Nullable String joining, @Nullable String leaving, String text, boolean shown)
            throws Exception {
        long deadline = System.nanoTime() + NANOS_MAX;
        Member at = ensemble.members().get(random.nextInt(ensemble.members().size()));
        CountDownLatch connected = new CountDownLatch(1);
        try (ZooKeeperAdmin admin = new ZooKeeperAdmin(at.server().address(), 10_000, event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        })) {
            connected.await(30, TimeUnit.SECONDS);
            while (true) {
                String answer;
                try {
                    byte[] config = admin.reconfigure(joining, leaving, null, -1, new Stat());
                    answer = new String(config, StandardCharsets.UTF_8);
                } catch (KeeperException e) {
                    answer = e.code() + "";
                }
                if (answer.contains("version=") && answer.contains(text) == shown) {
                    return;
                }
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("reconfig of " + joining + " and " + leaving + " at server " + at.id()
                            + ": " + answer + "; " + ensemble.describe());
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }
}
