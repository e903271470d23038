package dev.quorate.local.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessLedgerTest {
    @TempDir
    private Path folder;

    /// A stand-in for `up`: starts a process, tells its id and waits to be killed.
    static final class Owner {
        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            ProcessLedger ledger = ProcessLedger.open(folder);
            Process child = ledger.start(List.of("sleep", "600"), Map.of("PATH", System.getenv("PATH")), Path.of("/"));
            System.out.println(child.pid());
            child.waitFor();
        }
    }

    @Test
    void processesDieWithTheirOwnerHoweverItEnds() throws Exception {
        Process owner = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Owner.class.getName(),
                        folder.resolve("ledger").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        ProcessHandle child;
        try (BufferedReader output = new BufferedReader(new InputStreamReader(owner.getInputStream()))) {
            child = ProcessHandle.of(Long.parseLong(output.readLine())).orElseThrow();
            owner.destroyForcibly();
            child.onExit().get(10, TimeUnit.SECONDS);
        }
        assertThat(child.isAlive()).isFalse();
        owner.waitFor();
    }

    @Test
    void sweepEndsWhatAFormerRunLeftAndNothingElse() throws Exception {
        Process left = new ProcessBuilder("sleep", "600").start();
        Process stranger = new ProcessBuilder("sleep", "600").start();
        try {
            Files.writeString(folder.resolve("" + left.pid()), ProcessLedger.startOf(left.toHandle()));
            // The number was taken again: another start.
            Files.writeString(folder.resolve("" + stranger.pid()), "2020-01-01T00:00:00Z");
            assertThat(ProcessLedger.sweep(folder)).isEqualTo(1);
            assertThat(left.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(stranger.isAlive()).isTrue();
            assertThat(folder).isEmptyDirectory();
        } finally {
            left.destroyForcibly();
            stranger.destroyForcibly();
        }
    }
}
