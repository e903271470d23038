package dev.quorate.local.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessesTest {
    @TempDir
    private Path folder;

    /// A stand-in for `up`: starts a process that has a child, tells both ids and waits to be killed.
    static final class Owner {
        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            Processes processes = Processes.open(folder);
            Path ids = folder.resolve("ids");
            List<String> command = List.of("sh", "-c", "sleep 600 & echo $$ $!; wait");
            Process child = processes.start(command, Map.of("PATH", System.getenv("PATH")), folder, ids);
            while (Files.size(ids) == 0) {
                Thread.onSpinWait();
            }
            System.out.print(Files.readString(ids));
            System.out.flush();
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
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<ProcessHandle> family;
        try (BufferedReader ids = new BufferedReader(new InputStreamReader(owner.getInputStream()))) {
            family = Arrays.stream(ids.readLine().split(" "))
                    .map(id -> ProcessHandle.of(Long.parseLong(id)).orElseThrow())
                    .toList();
        }
        owner.destroyForcibly();
        for (ProcessHandle process : family) {
            process.onExit().get(60, TimeUnit.SECONDS);
        }
        owner.waitFor();
    }

    @Test
    void sweepEndsWhatAFormerRunLeftAndNothingElse() throws Exception {
        Process left = marked(folder);
        Process stranger = marked(folder.resolve("other"));
        try {
            assertThat(Processes.sweep(folder)).isEqualTo(1);
            assertThat(left.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            left.destroyForcibly();
            stranger.destroyForcibly();
        }
    }

    private static Process marked(Path state) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sleep", "600");
        builder.environment().put("QUORATE_EMBEDDED_IN", state.toString());
        return builder.start();
    }
}
