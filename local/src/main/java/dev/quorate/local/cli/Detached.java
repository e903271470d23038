package dev.quorate.local.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts `up` in the background, shows what it says until it is done with starting, and leaves it.
final class Detached {
    private static final long POLL_MILLIS = 100;

    private final StateFolder state;

    Detached(StateFolder state) {
        this.state = state;
    }

    /// @return its exit code: of the start if it goes on running
    int start(List<String> arguments) throws IOException, InterruptedException {
        Files.createDirectories(state.path());
        Files.deleteIfExists(state.outcome());
        // Deaf to the terminal's signals, which are for us.
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), QuorateCommand.class.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(state.log().toFile())
                .start();
        try (InputStream log = Files.newInputStream(state.log())) {
            while (process.isAlive() && !Files.exists(state.outcome())) {
                show(log);
                Thread.sleep(POLL_MILLIS);
            }
            show(log);
        }
        return Files.exists(state.outcome())
                ? Integer.parseInt(Files.readString(state.outcome()).strip())
                : process.waitFor();
    }

    private static void show(InputStream log) throws IOException {
        log.transferTo(System.out);
        System.out.flush();
    }
}
