package dev.quorate.operator.plan;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.operator.desired.Recovery;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether members can begin with a backup: what the bootstrap of an ensemble and a restore both ask.
public sealed interface RecoverySource {
    /// They can.
    record Available(Recovery recovery) implements RecoverySource {}

    /// Not now, perhaps later.
    record NotYet(String reason, String message) implements RecoverySource {}

    /// They never will.
    record Never(String reason, String message) implements RecoverySource {}

    /// @param name of the EnsembleBackup, for messages
    /// @param backup as found; absent when there is none of that name
    /// @param epochAbove highest epoch known beside the backup's own, null for none
    static RecoverySource of(String name, Optional<EnsembleBackup> backup, @Nullable Long epochAbove) {
        if (backup.isEmpty()) {
            return new NotYet("BackupNotFound", "EnsembleBackup " + name + " does not exist");
        }
        EnsembleBackupStatus status = backup.get().getStatus();
        if (status == null || !status.finished()) {
            String phase = status == null || status.phase() == null ? "Pending" : status.phase();
            return new NotYet("BackupNotCompleted", "EnsembleBackup " + name + " is not finished: " + phase);
        }
        EnsembleBackupStatus.Artifact artifact = status.artifact();
        String id = status.backupId();
        if (!status.completed() || artifact == null || id == null) {
            String error = status.error() == null ? "" : ": " + status.error();
            return new Never(
                    "BackupUnusable",
                    "EnsembleBackup " + name + " holds nothing to restore: " + status.phase() + error);
        }
        EnsembleBackupStatus.Point point = status.point();
        long own = point == null || point.epoch() == null ? 0 : point.epoch();
        long above = Math.max(own, epochAbove == null ? 0 : epochAbove);
        return new Available(new Recovery(artifact.claimName(), id, above));
    }
}
