package dev.quorate.operator.observe;

import dev.quorate.crds.ensemble.Ensemble;
import java.util.List;
import java.util.Optional;

/// All that a backup depends on.
///
/// @param ensemble with the status that its own controller wrote
/// @param attempts in the order of their numbers
public record ObservedBackup(Optional<Ensemble> ensemble, ClaimState claim, List<BackupAttempt> attempts) {}
