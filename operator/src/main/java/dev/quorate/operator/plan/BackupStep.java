package dev.quorate.operator.plan;

import dev.quorate.operator.desired.Member;
import dev.quorate.operator.observe.BackupAttempt;
import java.time.Duration;

/// What to do next for a backup. `reason` is CamelCase, `message` a line for people.
public sealed interface BackupStep {
    /// Finished before: nothing is done or written ever again.
    record Inert() implements BackupStep {}

    /// Nothing can be started yet.
    record Wait(String reason, String message) implements BackupStep {}

    /// Start a Job that reads from the leader.
    ///
    /// @param deadline what is left of the backup's time
    record Start(int attempt, Member leader, Duration deadline) implements BackupStep {}

    /// A Job is under way, or the next one waits for its time.
    record Follow(BackupAttempt attempt, String message) implements BackupStep {}

    /// The backup is whole.
    record Complete(BackupAttempt attempt, BackupReport report) implements BackupStep {}

    /// It was tried and did not succeed.
    record Fail(String reason, String message) implements BackupStep {}

    /// It was never tried and never will be.
    record Reject(String reason, String message) implements BackupStep {}
}
