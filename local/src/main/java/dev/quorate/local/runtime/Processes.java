package dev.quorate.local.runtime;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Starts processes that do not outlive the embedded mode. Each carries the state folder in its environment, and so do
/// its children; a small shell, whose input is a pipe that we hold, kills all that carry it as soon as the pipe ends,
/// however we ended. What even that missed, [#sweep] ends at the next start. Any thread.
public final class Processes implements AutoCloseable {
    private static final String MARK = "QUORATE_EMBEDDED_IN=";

    /// A terminal's Ctrl-C and hang-up reach its whole process group; only we may act on them, and end pods in order.
    private static final String DEAF = "trap '' INT HUP; exec \"$@\"";
    private static final String REAPER = """
            trap '' INT HUP TERM
            while read -r line; do :; done
            for signal in TERM KILL; do
                marked=$(grep -lsxzF -e "$1" /proc/[0-9]*/environ | cut -d/ -f3)
                [ -n "$marked" ] || exit 0
                kill -$signal $marked 2>/dev/null
                sleep 3
            done
            """;

    private final Path state;
    private final Process reaper;

    private Processes(Path state) throws IOException {
        this.state = state;
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", REAPER, "reaper", MARK + state);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        this.reaper = builder.start();
    }

    /// Ends what a former run left behind and starts the reaper.
    ///
    /// @param state names the embedded mode that the processes belong to
    public static Processes open(Path state) throws IOException {
        sweep(state);
        return new Processes(state);
    }

    /// Kills the processes of the embedded mode of that folder.
    ///
    /// @return how many there were
    public static int sweep(Path state) {
        List<ProcessHandle> left =
                ProcessHandle.allProcesses().filter(p -> isOf(p, state)).toList();
        left.forEach(ProcessHandle::destroyForcibly);
        left.forEach(p -> p.onExit().orTimeout(10, TimeUnit.SECONDS).join());
        return left.size();
    }

    private static boolean isOf(ProcessHandle process, Path state) {
        try {
            Path environment = Path.of("/proc", String.valueOf(process.pid()), "environ");
            return List.of(Files.readString(environment, StandardCharsets.ISO_8859_1)
                            .split("\0"))
                    .contains(MARK + state);
        } catch (IOException notOurs) {
            return false;
        }
    }

    /// Starts a process without input, with output and errors in one file.
    ///
    /// @param environment all it gets, but for the mark
    public Process start(List<String> command, Map<String, String> environment, Path workingFolder, Path output)
            throws IOException {
        List<String> wrapped = new ArrayList<>(List.of("/bin/sh", "-c", DEAF, "sh"));
        wrapped.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(wrapped)
                .directory(workingFolder.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put(MARK.replace("=", ""), state.toString());
        return builder.start();
    }

    /// Lets the reaper go, which ends whatever still runs.
    @Override
    public void close() throws IOException {
        reaper.getOutputStream().close();
        try {
            reaper.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
