package dev.quorate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.crds.Names;
import dev.quorate.e2e.cluster.Await;
import dev.quorate.e2e.cluster.Cluster;
import dev.quorate.e2e.cluster.EnsembleUnderTest;
import dev.quorate.e2e.cluster.OnCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// "I delete it, and half of it stays. Or: I delete it, and my data is gone."
@OnCluster
class DeletionCleansUpTest {
    @Test
    void nothingStaysButWhatThePolicyRetains(Cluster cluster) throws Exception {
        EnsembleUnderTest kept = EnsembleUnderTest.create(cluster, "kept", 1, "Retain");
        EnsembleUnderTest gone = EnsembleUnderTest.create(cluster, "gone", 1, "Delete");
        kept.awaitReady();
        gone.awaitReady();
        kept.delete();
        gone.delete();
        for (EnsembleUnderTest ensemble : List.of(kept, gone)) {
            Await.until("nothing of " + ensemble.name() + " is there", () -> names(cluster, ensemble), () -> names(
                            cluster, ensemble)
                    .isEmpty());
        }
        Await.until("the claim of gone is gone", () -> claims(cluster), () -> !claims(cluster)
                .contains("data-gone-m1-0"));
        assertThat(claims(cluster)).containsExactly("data-kept-m1-0");
    }

    private static List<String> claims(Cluster cluster) {
        return names(cluster.client()
                        .persistentVolumeClaims()
                        .inNamespace(cluster.namespace())
                        .list()
                        .getItems())
                .toList();
    }

    private static List<String> names(Cluster cluster, EnsembleUnderTest ensemble) {
        KubernetesClient client = cluster.client();
        String namespace = cluster.namespace();
        return Stream.of(
                        client.apps().statefulSets().inNamespace(namespace),
                        client.pods().inNamespace(namespace),
                        client.services().inNamespace(namespace),
                        client.configMaps().inNamespace(namespace),
                        client.secrets().inNamespace(namespace),
                        client.policy().v1().podDisruptionBudget().inNamespace(namespace))
                .flatMap(kind -> names(kind.withLabel(Names.ENSEMBLE_LABEL, ensemble.name())
                        .list()
                        .getItems()))
                .toList();
    }

    private static Stream<String> names(List<? extends HasMetadata> objects) {
        return objects.stream().map(object -> object.getMetadata().getName());
    }
}
