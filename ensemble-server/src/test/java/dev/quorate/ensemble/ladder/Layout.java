package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.zookeeper.KeeperException;

/// Ensembles as words: `A` is Apache ZooKeeper's server, `Q` ours; observers after the plus.
final class Layout {
    private static final long DEADLINE_SECONDS = 240;

    interface Step {
        void run() throws Exception;
    }

    private Layout() {}

    static ProcessEnsemble ensemble(Path directory, String layout, String... extra) throws IOException {
        return ensemble(directory, layout, ProcessEnsemble.DIRECT, extra);
    }

    static ProcessEnsemble ensemble(Path directory, String layout, ProcessEnsemble.Wiring wiring, String... extra)
            throws IOException {
        int participants = layout.indexOf('+') < 0 ? layout.length() : layout.indexOf('+');
        List<Kind> kinds = layout.replace("+", "")
                .chars()
                .mapToObj(c -> c == 'A' ? Kind.APACHE : Kind.QUORATE)
                .toList();
        return new ProcessEnsemble(directory, participants, kinds, wiring, extra);
    }

    /// Which layouts a rung is climbed with: the first in every build, all of them with `-Dladder.full=true`.
    static List<String> layouts(String first, String... rest) {
        return ProcessEnsemble.layouts(List.of(first), rest);
    }

    /// The leader, as soon as there is one.
    static ServerProcess leader(ProcessEnsemble ensemble) throws Exception {
        AtomicReference<ServerProcess> found = new AtomicReference<>();
        await(() -> {
            for (ServerProcess server : ensemble.servers()) {
                if (server.running() && server.mode().equals("leader")) {
                    found.set(server);
                }
            }
            return found.get() != null;
        });
        return found.get();
    }

    static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waited %s s", DEADLINE_SECONDS).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /// How it fails; OK where it does not.
    static KeeperException.Code code(Step step) throws Exception {
        try {
            step.run();
            return KeeperException.Code.OK;
        } catch (KeeperException e) {
            return e.code();
        }
    }

    /// Whether this stands in a log file of the server.
    static boolean hasLogged(ServerProcess server, String text) throws IOException {
        try (Stream<Path> files = Files.list(server.dataDir().resolve("version-2"))) {
            for (Path file : files.toList()) {
                if (String.valueOf(file.getFileName()).startsWith("log.")
                        && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }
}
