package dev.quorate.local.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts processes that do not outlive the embedded mode. Each has a file named for its process id while it runs; a
/// small shell, whose input is a pipe that we hold, kills what the files name as soon as the pipe ends, however we
/// ended. What even that missed, [#sweep] ends at the next start. Any thread.
public final class ProcessLedger implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProcessLedger.class);

    /// A terminal's Ctrl-C and hang-up reach its whole process group; only we may act on them, and end pods in order.
    private static final String DEAF = "trap '' INT HUP; exec \"$@\"";
    private static final String REAPER = """
            trap '' INT HUP TERM
            while read -r line; do :; done
            signal() {
                found=
                for file in "$1"/*; do
                    [ -f "$file" ] && kill "-$2" "${file##*/}" 2>/dev/null && found=1
                done
                [ -n "$found" ]
            }
            if signal "$1" TERM; then
                sleep 3
                signal "$1" KILL
            fi
            """;

    private final Path folder;
    private final Process reaper;

    private ProcessLedger(Path folder, Process reaper) {
        this.folder = folder;
        this.reaper = reaper;
    }

    /// Ends what a former run left behind and starts the reaper.
    ///
    /// @param folder the ledger's own
    public static ProcessLedger open(Path folder) throws IOException {
        sweep(folder);
        Files.createDirectories(folder);
        ProcessBuilder builder = new ProcessBuilder(
                "/bin/sh", "-c", REAPER, "reaper", folder.toAbsolutePath().toString());
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        return new ProcessLedger(folder, builder.start());
    }

    /// Kills the processes that the ledger names, if they are still the same ones, and forgets them.
    ///
    /// @return how many were alive
    public static int sweep(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = list.toList();
        }
        List<ProcessHandle> alive = new ArrayList<>();
        for (Path file : files) {
            long pid = Long.parseLong(file.getFileName().toString());
            String started = Files.readString(file).strip();
            ProcessHandle.of(pid).filter(p -> startOf(p).equals(started)).ifPresent(alive::add);
        }
        for (ProcessHandle process : alive) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        for (ProcessHandle process : alive) {
            process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        return alive.size();
    }

    /// Starts a process without input, with output and errors in one stream.
    ///
    /// @param environment all it gets
    public Process start(List<String> command, Map<String, String> environment, Path workingFolder) throws IOException {
        List<String> wrapped = new ArrayList<>(List.of("/bin/sh", "-c", DEAF, "sh"));
        wrapped.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(wrapped)
                .directory(workingFolder.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        Path file = folder.resolve(String.valueOf(process.pid()));
        Files.writeString(file, startOf(process.toHandle()));
        var unused = process.onExit().thenAccept(ended -> forget(file));
        return process;
    }

    private static void forget(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("cannot remove {}: {}", file, e.toString());
        }
    }

    /// A process id alone may be taken again; with its start it is one process.
    public static String startOf(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse("unknown");
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
