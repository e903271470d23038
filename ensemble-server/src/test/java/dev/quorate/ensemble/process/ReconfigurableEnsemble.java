package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.apache.zookeeper.data.Stat;

/// Ensembles whose members may change, and what tests do to change them.
public final class ReconfigurableEnsemble {
    private static final List<String> RECONFIGURABLE = List.of("reconfigEnabled=true", "standaloneEnabled=false");
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(120);

    private ReconfigurableEnsemble() {}

    /// A letter for each server, `Q` ours, `A` Apache ZooKeeper's. Servers 1 to `members` are in the configuration that
    /// they start with; the others know themselves as well, as observers, and nobody knows them.
    public static ProcessEnsemble of(Path directory, String kinds, int members, String... extra) throws IOException {
        return of(directory, kinds, members, ProcessEnsemble.DIRECT, extra);
    }

    public static ProcessEnsemble of(
            Path directory, String kinds, int members, ProcessEnsemble.Wiring wiring, String... extra)
            throws IOException {
        List<Kind> list = kinds.chars()
                .mapToObj(c -> c == 'A' ? Kind.APACHE : Kind.QUORATE)
                .toList();
        ProcessEnsemble ensemble = new ProcessEnsemble(
                directory,
                list.size(),
                list,
                wiring,
                Stream.concat(RECONFIGURABLE.stream(), Stream.of(extra)).toArray(String[]::new));
        for (int id = 1; id <= list.size(); id++) {
            ServerProcess server = ensemble.server(id).jvmOptions(List.of("-Dzookeeper.skipACL=yes"));
            Path file = server.directory().resolve("zoo.cfg");
            List<String> lines = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                boolean own = line.startsWith("server." + id + "=");
                boolean spare = line.startsWith("server.") && Character.getNumericValue(line.charAt(7)) > members;
                if (!spare || own) {
                    lines.add(spare ? line + ":observer" : line);
                }
            }
            Files.write(file, lines);
        }
        return ensemble;
    }

    /// The line of a server in the configuration that it was started with, in this role.
    public static String line(ServerProcess server, int id, String role) throws IOException {
        for (Path file : List.of(
                server.directory().resolve("zoo.cfg.bak"), server.directory().resolve("zoo.cfg"))) {
            if (Files.exists(file)) {
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith("server." + id + "=")) {
                        return line.replace(":observer", "") + ":" + role + ";127.0.0.1:" + server.clientPort();
                    }
                }
            }
        }
        throw new AssertionError("server " + id + " has no line");
    }

    public static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("still not: %s", what).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    public static void awaitMode(ServerProcess server, String mode) throws InterruptedException {
        await(server.address() + " is " + mode, () -> server.mode().equals(mode));
    }

    public static ZooKeeperAdmin admin(ServerProcess server) throws IOException {
        return new ZooKeeperAdmin(server.address(), 30_000, event -> {});
    }

    /// The configuration that a server shows, "" while it does not.
    public static String config(ServerProcess server) {
        try (ZooKeeper client = StockClient.connect(server.address())) {
            return new String(client.getConfig(false, new Stat()), StandardCharsets.UTF_8);
        } catch (IOException | InterruptedException | KeeperException e) {
            return "";
        }
    }

    /// Asks until it is so: whoever is told that the connection was lost does not know. `shown` is what `at` has to
    /// show
    /// then, or must not if it begins with `!`.
    public static void reconfigure(ServerProcess at, String joining, String leaving, String shown) throws Exception {
        long end = System.nanoTime() + DEADLINE_NANOS;
        try (ZooKeeperAdmin admin = admin(at)) {
            while (true) {
                try {
                    byte[] config = admin.reconfigure(joining, leaving, null, -1, new Stat());
                    assertThat(new String(config, StandardCharsets.UTF_8)).contains("version=");
                } catch (KeeperException e) {
                    // Not synced yet, or the leader is just changing.
                    assertThat(e.code())
                            .isIn(
                                    Code.CONNECTIONLOSS,
                                    Code.NEWCONFIGNOQUORUM,
                                    Code.RECONFIGINPROGRESS,
                                    Code.SESSIONMOVED);
                }
                String now = config(at);
                if (shown.startsWith("!") ? !now.isEmpty() && !now.contains(shown.substring(1)) : now.contains(shown)) {
                    return;
                }
                assertThat(System.nanoTime())
                        .as("still not %s in%n%s", shown, now)
                        .isLessThan(end);
            }
        }
    }

    public static void write(ServerProcess server) throws Exception {
        try (ZooKeeper client = StockClient.connect(server.address())) {
            client.create("/n-", new byte[] {1}, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
        }
    }
}
