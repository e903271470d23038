package dev.quorate.operator.plan;

import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.restore.EnsembleRestoreStatus.Result;

/// What to do next for a restore. `reason` is CamelCase, `message` a line for people.
public sealed interface RestoreStep {
    /// Finished before: nothing is done or written ever again.
    record Inert() implements RestoreStep {}

    /// Nothing can be started yet.
    record Wait(String reason, String message) implements RestoreStep {}

    /// Make the new ensemble; never touch one that is there.
    record Create(Ensemble ensemble) implements RestoreStep {}

    /// The new ensemble comes up.
    record Follow(Phase phase, String message) implements RestoreStep {}

    /// Every member holds the backup.
    record Complete(Result result) implements RestoreStep {}

    /// It was begun and did not succeed. The new ensemble stays, to be looked at.
    record Fail(String reason, String message) implements RestoreStep {}

    /// It was never begun and never will be; nothing was touched.
    record Reject(String reason, String message) implements RestoreStep {}

    /// How far the new ensemble is.
    enum Phase {
        /// Volumes are filled from the backup.
        Seeding,
        /// The servers form a quorum.
        Starting,
        /// What the members hold is compared.
        Verifying
    }
}
