package dev.quorate.operator.observe;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.operator.desired.BackupJob;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Reads what a backup depends on, from the API and not from caches: a backup is short, and a Job that was just made
/// must be seen.
@ApplicationScoped
public class BackupObserver {
    private static final String CONTAINER = "backup";

    private final KubernetesClient client;

    public BackupObserver(KubernetesClient client) {
        this.client = client;
    }

    public ObservedBackup observe(EnsembleBackup backup) {
        String namespace = backup.getMetadata().getNamespace();
        String claim = backup.getSpec().persistentVolumeClaim().claimName();
        return new ObservedBackup(
                Optional.ofNullable(client.resources(Ensemble.class)
                        .inNamespace(namespace)
                        .withName(backup.getSpec().ensembleRef().name())
                        .get()),
                Claims.state(client, namespace, claim),
                attempts(backup, namespace));
    }

    private List<BackupAttempt> attempts(EnsembleBackup backup, String namespace) {
        String name = backup.getMetadata().getName();
        List<Job> jobs = client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withLabel(BackupJob.BACKUP_LABEL, name)
                .list()
                .getItems()
                .stream()
                .filter(job -> ownedBy(job, backup.getMetadata().getUid()))
                .toList();
        if (jobs.isEmpty()) {
            return List.of();
        }
        List<Pod> pods = client.pods()
                .inNamespace(namespace)
                .withLabel(BackupJob.BACKUP_LABEL, name)
                .list()
                .getItems();
        return jobs.stream()
                .map(job -> attempt(
                        job,
                        pods.stream()
                                .filter(p -> ownedBy(p, job.getMetadata().getUid()))
                                .toList()))
                .sorted(Comparator.comparingInt(BackupAttempt::number))
                .toList();
    }

    private static boolean ownedBy(HasMetadata object, String uid) {
        return object.getMetadata().getOwnerReferences().stream()
                .anyMatch(o -> o.getUid().equals(uid));
    }

    static BackupAttempt attempt(Job job, List<Pod> pods) {
        ObjectMeta meta = job.getMetadata();
        return new BackupAttempt(
                Integer.parseInt(meta.getLabels().getOrDefault(BackupJob.ATTEMPT_LABEL, "1")),
                meta.getAnnotations().getOrDefault(BackupJob.SOURCE_MEMBER, ""),
                Instant.parse(meta.getCreationTimestamp()),
                state(job, pods));
    }

    private static BackupAttempt.State state(Job job, List<Pod> pods) {
        Optional<Pod> pod =
                pods.stream().max(Comparator.comparing(p -> p.getMetadata().getCreationTimestamp()));
        Optional<ContainerStateTerminated> ended = pod.flatMap(p -> ContainerReport.ended(p, CONTAINER));
        if (ended.isPresent()) {
            String line = ContainerReport.line(ended.get().getMessage());
            Instant at = ContainerReport.at(ended.get().getFinishedAt());
            int code = ended.get().getExitCode();
            return code == 0 ? new BackupAttempt.Succeeded(line, at) : new BackupAttempt.Failed(code, line, at);
        }
        Optional<JobCondition> over = condition(job, "Failed").or(() -> condition(job, "Complete"));
        if (over.isEmpty()) {
            return new BackupAttempt.Running(
                    pod.map(p -> ContainerReport.waits(p, CONTAINER)).orElse(""));
        }
        return "DeadlineExceeded".equals(over.get().getReason())
                ? new BackupAttempt.TimedOut()
                : new BackupAttempt.Lost(
                        "the pod of Job " + job.getMetadata().getName() + " is gone and left no report",
                        ContainerReport.at(over.get().getLastTransitionTime()));
    }

    private static Optional<JobCondition> condition(Job job, String type) {
        return job.getStatus() == null
                ? Optional.empty()
                : job.getStatus().getConditions().stream()
                        .filter(c -> c.getType().equals(type) && c.getStatus().equals("True"))
                        .findFirst();
    }
}
