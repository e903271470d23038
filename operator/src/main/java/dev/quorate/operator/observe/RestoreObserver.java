package dev.quorate.operator.observe;

import dev.quorate.crds.Names;
import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.restore.EnsembleRestore;
import dev.quorate.operator.config.OperatorSettings;
import dev.quorate.operator.desired.Member;
import dev.quorate.operator.desired.MemberPod;
import dev.quorate.operator.observe.ObservedRestore.Contents;
import dev.quorate.operator.observe.ObservedRestore.Seed;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Reads what a restore depends on, from the API and not from caches, and what the new members hold.
@ApplicationScoped
public class RestoreObserver {
    private final KubernetesClient client;
    private final MemberContents contents;

    public RestoreObserver(KubernetesClient client, OperatorSettings settings) {
        this.client = client;
        this.contents = new MemberContents(new AdminClient(settings.adminTimeout()));
    }

    public ObservedRestore observe(EnsembleRestore restore) {
        String namespace = restore.getMetadata().getNamespace();
        Optional<EnsembleBackup> backup = Optional.ofNullable(client.resources(EnsembleBackup.class)
                .inNamespace(namespace)
                .withName(restore.getSpec().source().backupRef().name())
                .get());
        Optional<Ensemble> destination = ensemble(
                namespace, restore.getSpec().destination().newEnsemble().name());
        List<Seed> seeds = new ArrayList<>();
        List<Contents> held = new ArrayList<>();
        destination.ifPresent(d -> members(d, seeds, held));
        return new ObservedRestore(
                backup,
                backup.flatMap(
                        b -> ensemble(namespace, b.getSpec().ensembleRef().name())),
                backup.map(b -> claim(namespace, b)).orElse(ClaimState.Missing),
                destination,
                seeds,
                held);
    }

    private Optional<Ensemble> ensemble(String namespace, String name) {
        return Optional.ofNullable(client.resources(Ensemble.class)
                .inNamespace(namespace)
                .withName(name)
                .get());
    }

    private ClaimState claim(String namespace, EnsembleBackup backup) {
        EnsembleBackupStatus status = backup.getStatus();
        return status == null || status.artifact() == null
                ? ClaimState.Missing
                : Claims.state(client, namespace, status.artifact().claimName());
    }

    private void members(Ensemble ensemble, List<Seed> seeds, List<Contents> held) {
        String name = ensemble.getMetadata().getName();
        Map<String, Pod> pods = client
                .pods()
                .inNamespace(ensemble.getMetadata().getNamespace())
                .withLabel(Names.ENSEMBLE_LABEL, name)
                .list()
                .getItems()
                .stream()
                .collect(Collectors.toMap(p -> p.getMetadata().getName(), Function.identity()));
        List<Future<Optional<Contents>>> answers = new ArrayList<>();
        // All at once: a member that hangs costs one time-out, not one for each.
        try (ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Member member : Member.of(name, ensemble.getSpec())) {
                Pod pod = pods.get(member.pod());
                if (pod == null) {
                    continue;
                }
                seed(member, pod).ifPresent(seeds::add);
                if (ready(pod)) {
                    answers.add(asking.submit(
                            () -> contents.ask(member.name(), pod.getStatus().getPodIP())));
                }
            }
        }
        answers.forEach(answer -> answer.resultNow().ifPresent(held::add));
    }

    /// Empty for a pod that was made after the bootstrap: it seeds nothing.
    private static Optional<Seed> seed(Member member, Pod pod) {
        if (pod.getSpec().getInitContainers().stream()
                .noneMatch(c -> c.getName().equals(MemberPod.RESTORE_CONTAINER))) {
            return Optional.empty();
        }
        String node = Optional.ofNullable(pod.getSpec().getNodeName()).orElse("");
        Optional<ContainerStateTerminated> ended = ContainerReport.ended(pod, MemberPod.RESTORE_CONTAINER);
        if (ended.isEmpty()) {
            String waits = ContainerReport.waits(pod, MemberPod.RESTORE_CONTAINER);
            return Optional.of(new Seed(member.name(), node, new ObservedRestore.Running(waits)));
        }
        int code = ended.get().getExitCode();
        return Optional.of(new Seed(
                member.name(),
                node,
                code == 0
                        ? new ObservedRestore.Done()
                        : new ObservedRestore.Failed(
                                code, ContainerReport.line(ended.get().getMessage()))));
    }

    private static boolean ready(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getPodIP() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True"));
    }
}
