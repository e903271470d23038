package dev.quorate.operator.observe;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.ensemble.Ensemble;
import java.util.List;
import java.util.Optional;

/// All that a restore depends on.
///
/// @param source the ensemble that the backup was taken of, where it is still there
/// @param claim the one that holds the backup; Missing where the backup names none
/// @param seeds one for each member that has a pod which seeds its volume
/// @param contents what the members that serve hold
public record ObservedRestore(
        Optional<EnsembleBackup> backup,
        Optional<Ensemble> source,
        ClaimState claim,
        Optional<Ensemble> destination,
        List<Seed> seeds,
        List<Contents> contents) {

    /// The init container `restore` of one member.
    ///
    /// @param node where its pod is, "" before it is anywhere
    public record Seed(String member, String node, State state) {}

    /// How far the seeding of a volume is.
    public sealed interface State {}

    /// @param detail what the pod waits for, "" when nothing holds it up
    public record Running(String detail) implements State {}

    /// The volume holds the backup.
    public record Done() implements State {}

    /// @param exitCode above 128 when a signal ended it
    public record Failed(int exitCode, String message) implements State {}

    /// What one member holds at one zxid.
    public record Contents(String member, long zxid, long digest, long znodes) {}
}
