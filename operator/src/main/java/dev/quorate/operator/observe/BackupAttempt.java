package dev.quorate.operator.observe;

import java.time.Instant;

/// One Job of a backup, as found.
///
/// @param number from 1
/// @param member name of the member that it reads from
public record BackupAttempt(int number, String member, Instant startedAt, State state) {
    /// How far it is.
    public sealed interface State {}

    /// @param detail what the pod waits for, "" when nothing holds it up
    public record Running(String detail) implements State {}

    /// @param report the line that the verb left
    public record Succeeded(String report, Instant at) implements State {}

    /// The verb ended with an error.
    ///
    /// @param message the line that it left, "" when none
    public record Failed(int exitCode, String message, Instant at) implements State {}

    /// The Job ran into its deadline.
    public record TimedOut() implements State {}

    /// The pod is gone, or was ended from outside, before anyone could read what it had to say.
    public record Lost(String message, Instant at) implements State {}
}
