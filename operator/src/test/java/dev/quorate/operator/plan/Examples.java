package dev.quorate.operator.plan;

import dev.quorate.crds.Named;
import dev.quorate.crds.backup.ClaimReference;
import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.backup.EnsembleBackupSpec;
import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.ensemble.EnsembleSpec;
import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.crds.ensemble.ParticipantsSpec;
import dev.quorate.crds.ensemble.QuorumStatus;
import dev.quorate.crds.restore.Destination;
import dev.quorate.crds.restore.EnsembleRestore;
import dev.quorate.crds.restore.EnsembleRestoreSpec;
import dev.quorate.crds.restore.EnsembleRestoreStatus;
import dev.quorate.crds.restore.RestoreSource;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The objects that the tables speak of: ensemble `prod`, its backup `b1` on claim `store`, a restore into `copy`.
public final class Examples {
    public static final Instant CREATED = Instant.parse("2026-11-22T02:00:00Z");

    private Examples() {}

    private static ObjectMeta meta(String name) {
        return new ObjectMetaBuilder()
                .withNamespace("ns")
                .withName(name)
                .withUid("uid-of-" + name)
                .withGeneration(1L)
                .withCreationTimestamp(CREATED.toString())
                .build();
    }

    public static EnsembleBackup backup() {
        EnsembleBackup backup = new EnsembleBackup();
        backup.setMetadata(meta("b1"));
        backup.setSpec(new EnsembleBackupSpec(new Named("prod"), new ClaimReference("store"), "10m"));
        return backup;
    }

    public static EnsembleBackup backup(EnsembleBackupStatus status) {
        EnsembleBackup backup = backup();
        backup.setStatus(status);
        return backup;
    }

    public static EnsembleBackup completedBackup() {
        return backup(new EnsembleBackupStatus(
                1L,
                "Completed",
                "01JD",
                CREATED.toString(),
                CREATED.plusSeconds(5).toString(),
                1,
                new EnsembleBackupStatus.Source("prod-m2", "Leader"),
                new EnsembleBackupStatus.Point(7L, "0x700000009", null),
                new EnsembleBackupStatus.Contents(12, 4000L, 2, 1, 1L),
                new EnsembleBackupStatus.Artifact("store", "01JD", "abc"),
                null,
                List.of()));
    }

    public static EnsembleBackup unfinishedBackup(String phase, @Nullable String error) {
        return backup(
                new EnsembleBackupStatus(1L, phase, null, null, null, null, null, null, null, null, error, List.of()));
    }

    private static EnsembleSpec spec() {
        return new EnsembleSpec(null, null, null, new ParticipantsSpec(3, null, null), null, null, null, null);
    }

    public static Ensemble ensemble(String name, @Nullable String quorum, @Nullable String leader, boolean ready) {
        Ensemble ensemble = new Ensemble();
        ensemble.setMetadata(meta(name));
        ensemble.setSpec(spec());
        Condition condition = new ConditionBuilder()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .withMessage(ready ? "all is well" : "2 of 3 members serve")
                .build();
        ensemble.setStatus(new EnsembleStatus(
                1L,
                null,
                null,
                null,
                null,
                quorum == null ? null : new QuorumStatus(quorum, leader, 9L, List.of(1L, 2L, 3L), 2, 1),
                null,
                null,
                null,
                List.of(condition)));
        return ensemble;
    }

    public static Ensemble serving(String leader) {
        return ensemble("prod", "Serving", leader, true);
    }

    public static Ensemble deleted(Ensemble ensemble) {
        ensemble.getMetadata().setDeletionTimestamp(CREATED.toString());
        return ensemble;
    }

    public static EnsembleRestore restore() {
        EnsembleRestore restore = new EnsembleRestore();
        restore.setMetadata(meta("r1"));
        restore.setSpec(new EnsembleRestoreSpec(
                new RestoreSource(new Named("b1")),
                new Destination(new Destination.NewEnsemble("copy", new Destination.Template(spec()))),
                "10m"));
        return restore;
    }

    public static EnsembleRestore restore(String phase) {
        EnsembleRestore restore = restore();
        boolean started = !phase.equals("Pending") && !phase.equals("Rejected");
        restore.setStatus(new EnsembleRestoreStatus(
                1L, phase, null, null, started ? CREATED.toString() : null, null, null, List.of()));
        return restore;
    }

    /// `copy`, as the restore `r1` makes it.
    public static Ensemble copy(boolean ready) {
        Ensemble copy = ensemble("copy", ready ? "Serving" : "NoLeader", ready ? "copy-m3" : null, ready);
        copy.getMetadata().setAnnotations(Map.of("quorate.dev/restore", "r1", "quorate.dev/restore-uid", "uid-of-r1"));
        return copy;
    }
}
