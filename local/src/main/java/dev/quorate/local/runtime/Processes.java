package dev.quorate.local.runtime;

import dev.quorate.local.store.Folders;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Starts processes that do not outlive the embedded mode. Each carries the state folder in its environment, and so do
/// its children; a small shell, whose input is a pipe that we hold, ends all that carry it as soon as the pipe ends,
/// however we ended. Any thread.
///
/// @param state names the embedded mode that the processes belong to
/// @param reaper that shell
public record Processes(Path state, Process reaper) implements AutoCloseable {
    private static final String MARK = "QUORATE_EMBEDDED_IN";

    /// A terminal's Ctrl-C and hang-up reach its whole process group; only we may act on them, and end pods in order.
    private static final String DEAF = "trap '' INT HUP; exec \"$@\"";
    /// Tells the ids of those that it has to end.
    private static final String REAPER = Folders.resource(Processes.class, "reaper.sh");

    /// Ends what a former run left behind and starts the reaper.
    public static Processes open(Path state) throws IOException {
        sweep(state);
        return new Processes(state, reaper(state, ProcessBuilder.Redirect.PIPE));
    }

    private static Process reaper(Path state, ProcessBuilder.Redirect input) throws IOException {
        return new ProcessBuilder("/bin/sh", "-c", REAPER, "reaper", MARK + "=" + state)
                .redirectInput(input)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /// Ends the processes of the embedded mode of that folder; none is left when this returns.
    ///
    /// @return how many there were
    public static int sweep(Path state) throws IOException {
        ProcessBuilder.Redirect nothing = ProcessBuilder.Redirect.from(new File("/dev/null"));
        String ended = new String(reaper(state, nothing).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return ended.isBlank() ? 0 : ended.strip().split("\\s+").length;
    }

    /// Starts a process without input, with output and errors at the end of one file.
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
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put(MARK, state.toString());
        return builder.start();
    }

    /// Lets the reaper go, which ends whatever still runs.
    @Override
    public void close() throws IOException {
        reaper.getOutputStream().close();
        reaper.getInputStream().readAllBytes();
    }
}
