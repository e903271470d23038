package dev.quorate.local.runtime;

/// Which lines of a container's log are wanted.
///
/// @param tail at most so many, the last ones; negative for all
/// @param follow go on until the container ends
/// @param timestamps each line begins with its time
/// @param previous those of the run before
public record LogRequest(
        String namespace,
        String pod,
        String container,
        long tail,
        boolean follow,
        boolean timestamps,
        boolean previous) {

    /// Takes lines; false once it wants no more.
    public interface Sink {
        boolean line(String line);
    }
}
