package dev.quorate.e2e.cluster;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.restore.EnsembleRestore;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What is known at the moment of a failure, as files.
final class Postmortem {
    private static final int CLIENT_PORT = 2181;

    private Postmortem() {}

    /// Takes what it can get: a part that fails says so in its file.
    static void write(Cluster cluster, Path folder) {
        KubernetesClient client = cluster.client();
        String namespace = cluster.namespace();
        file(folder, "operator.log", cluster::operatorLog);
        file(folder, "resources.yaml", () -> Stream.of(
                        client.resources(Ensemble.class).inNamespace(namespace).list(),
                        client.resources(EnsembleBackup.class)
                                .inNamespace(namespace)
                                .list(),
                        client.resources(EnsembleRestore.class)
                                .inNamespace(namespace)
                                .list(),
                        client.apps().statefulSets().inNamespace(namespace).list(),
                        client.batch().v1().jobs().inNamespace(namespace).list(),
                        client.persistentVolumeClaims().inNamespace(namespace).list(),
                        client.configMaps().inNamespace(namespace).list())
                .map(Serialization::asYaml)
                .collect(Collectors.joining("---\n")));
        file(folder, "events.txt", () -> client.v1().events().inNamespace(namespace).list().getItems().stream()
                .map(Postmortem::line)
                .sorted()
                .collect(Collectors.joining("\n")));
        List<Pod> pods = client.pods().inNamespace(namespace).list().getItems();
        for (Pod pod : pods) {
            String name = pod.getMetadata().getName();
            file(folder, name + ".yaml", () -> Serialization.asYaml(pod));
            Stream.concat(pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
                    .map(Container::getName)
                    .forEach(container -> file(folder, name + "." + container + ".log", () -> client.pods()
                            .inNamespace(namespace)
                            .withName(name)
                            .inContainer(container)
                            .getLog()));
            if (pod.getMetadata().getLabels().containsKey("quorate.dev/member-id")) {
                file(folder, name + ".mntr.txt", () -> Words.ask(cluster.address(pod, CLIENT_PORT), "mntr"));
            }
        }
    }

    private static String line(Event event) {
        return event.getLastTimestamp() + " " + event.getInvolvedObject().getKind() + "/"
                + event.getInvolvedObject().getName() + " " + event.getReason() + ": " + event.getMessage();
    }

    private static void file(Path folder, String name, Callable<String> content) {
        String text;
        try {
            text = content.call();
        } catch (Exception e) {
            text = "could not be had: " + e;
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name), text == null ? "" : text);
        } catch (IOException e) {
            System.out.println(folder.resolve(name) + ": " + e);
        }
    }
}
