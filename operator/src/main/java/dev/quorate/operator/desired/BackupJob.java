package dev.quorate.operator.desired;

import dev.quorate.crds.Names;
import dev.quorate.crds.backup.EnsembleBackup;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Duration;
import java.util.Map;

/// The Job of one attempt at a backup. Name and identity follow from the attempt, so that the same attempt cannot be
/// started twice.
public final class BackupJob {
    /// Label of Job and pod: the name of the EnsembleBackup.
    public static final String BACKUP_LABEL = "quorate.dev/backup";

    /// Label of the Job: which attempt, from 1.
    public static final String ATTEMPT_LABEL = "quorate.dev/backup-attempt";

    /// Annotation of the Job: the member that it reads from.
    public static final String SOURCE_MEMBER = "quorate.dev/source-member";

    private BackupJob() {}

    public static String name(EnsembleBackup backup, int attempt) {
        return backup.getMetadata().getName() + "-backup-" + attempt;
    }

    /// @param leader the leading member, which the backup follows as an observer does
    /// @param deadline for the Job, at least a second
    public static Job of(EnsembleBackup backup, int attempt, Member leader, ServerImage image, Duration deadline) {
        String namespace = backup.getMetadata().getNamespace();
        String ensemble = backup.getSpec().ensembleRef().name();
        Map<String, String> labels = ObjectNames.labels(ensemble);
        // Not the ensemble's label: its Services and its budget select by that.
        labels.remove(Names.ENSEMBLE_LABEL);
        labels.put("app.kubernetes.io/component", "backup");
        labels.put(BACKUP_LABEL, backup.getMetadata().getName());
        return new JobBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name(backup, attempt))
                .withLabels(labels)
                .addToLabels(ATTEMPT_LABEL, String.valueOf(attempt))
                .addToAnnotations(SOURCE_MEMBER, leader.name())
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
                .withActiveDeadlineSeconds(Math.max(1, deadline.toSeconds()))
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
                        leader.host(namespace) + ":" + ObjectNames.QUORUM_PORT,
                        "--output",
                        ObjectNames.BACKUP_DIR,
                        "--id",
                        BackupId.of(backup.getMetadata(), attempt),
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
