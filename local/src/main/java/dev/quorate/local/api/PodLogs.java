package dev.quorate.local.api;

import java.io.IOException;
import java.util.Optional;

/// What containers wrote; the runtime keeps it.
public interface PodLogs {
    /// Which lines of a container's log are wanted.
    ///
    /// @param tail at most so many, the last ones; negative for all
    /// @param follow go on until the container ends
    /// @param timestamps each line begins with its time
    /// @param previous those of the run before
    record Request(
            String namespace,
            String pod,
            String container,
            long tail,
            boolean follow,
            boolean timestamps,
            boolean previous) {}

    /// Takes lines; may throw to end the copying.
    interface Sink {
        void line(String line);
    }

    /// Why there is no such log, in a line for users.
    Optional<String> problem(Request request);

    /// Hands over the lines; blocks while it follows. Any thread.
    void copy(Request request, Sink sink) throws IOException, InterruptedException;
}
