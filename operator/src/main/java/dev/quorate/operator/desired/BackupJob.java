package dev.quorate.operator.desired;

import dev.quorate.crds.Names;
import dev.quorate.crds.backup.EnsembleBackup;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.Map;

/// The Job that takes one backup.
public final class BackupJob {
    /// Label of Job and pod: the name of the EnsembleBackup.
    public static final String BACKUP_LABEL = "quorate.dev/backup";

    private BackupJob() {}

    public static String name(EnsembleBackup backup) {
        return backup.getMetadata().getName() + "-backup";
    }

    /// @param leaderHost name of the leader, which the backup follows as an observer does
    public static Job of(EnsembleBackup backup, String backupId, String leaderHost, ServerImage image) {
        String ensemble = backup.getSpec().ensembleRef().name();
        Map<String, String> labels = ObjectNames.labels(ensemble);
        // Not the ensemble's label: its Services and its budget select by that.
        labels.remove(Names.ENSEMBLE_LABEL);
        labels.put("app.kubernetes.io/component", "backup");
        labels.put(BACKUP_LABEL, backup.getMetadata().getName());
        return new JobBuilder()
                .withNewMetadata()
                .withNamespace(backup.getMetadata().getNamespace())
                .withName(name(backup))
                .withLabels(labels)
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("quorate.dev/v1alpha1")
                        .withKind("EnsembleBackup")
                        .withName(backup.getMetadata().getName())
                        .withUid(backup.getMetadata().getUid())
                        .withController(true)
                        .withBlockOwnerDeletion(true)
                        .build())
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(0)
                .withActiveDeadlineSeconds(
                        Durations.parse(backup.getSpec().timeoutOrDefault()).toSeconds())
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withSecurityContext(PodSecurity.pod())
                .addNewContainer()
                .withName("backup")
                .withImage(image.name())
                .withImagePullPolicy(image.pullPolicy())
                .withArgs(
                        "backup",
                        "--leader",
                        leaderHost + ":" + ObjectNames.QUORUM_PORT,
                        "--output",
                        ObjectNames.BACKUP_DIR,
                        "--id",
                        backupId,
                        "--termination-log=" + ObjectNames.TERMINATION_LOG)
                .withSecurityContext(PodSecurity.container())
                .withTerminationMessagePath(ObjectNames.TERMINATION_LOG)
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withVolumeMounts(MemberPod.mount("backup", ObjectNames.BACKUP_DIR, false))
                .endContainer()
                .addNewVolume()
                .withName("backup")
                .withNewPersistentVolumeClaim()
                .withClaimName(backup.getSpec().persistentVolumeClaim().claimName())
                .endPersistentVolumeClaim()
                .endVolume()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }
}
