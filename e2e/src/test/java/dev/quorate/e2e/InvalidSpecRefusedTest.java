package dev.quorate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.e2e.cluster.Cluster;
import dev.quorate.e2e.cluster.Objects;
import dev.quorate.e2e.cluster.OnCluster;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// "I make a mistake, and learn of it from a broken ensemble." The API refuses it, and says where it is.
@OnCluster
class InvalidSpecRefusedTest {
    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(delimiter = '|', textBlock = """
            {participants: {replicas: 4}}                                                              | spec.participants.replicas
            {participants: {replicas: 1}}                                                              | spec.participants.replicas
            {participants: {replicas: 11}}                                                             | spec.participants.replicas
            {participants: {replicas: three}}                                                          | spec.participants.replicas
            {participants: {replicas: 3, storage: {data: {}}}}                                         | spec.participants.storage.data.size
            {participants: {replicas: 3, storage: {data: {size: big}}}}                                | spec.participants.storage.data.size
            {participants: {replicas: 3}, observers: [{name: participants}]}                           | spec.observers
            {participants: {replicas: 3}, observers: [{name: Bad_Name}]}                               | spec.observers[0].name
            {participants: {replicas: 3}, config: {tickTime: soon}}                                    | spec.config.tickTime
            {participants: {replicas: 3}, config: {properties: {dataDir: /tmp}}}                       | spec.config.properties
            {participants: {replicas: 3}, config: {properties: {server.1: 'a:1:2'}}}                   | spec.config.properties
            {participants: {replicas: 3}, config: {properties: {sslQuorum: 'true'}}}                   | spec.config.properties
            {participants: {replicas: 3}, config: {properties: {zookeeper.sslQuorum: 'true'}}}         | spec.config.properties
            {participants: {replicas: 3}, config: {properties: {quorum.auth.enableSasl: 'true'}}}      | spec.config.properties
            {participants: {replicas: 3}, config: {jvm: {extraArgs: ['-Dzookeeper.sslQuorum=true']}}}  | spec.config.jvm
            {participants: {replicas: 3}, disruption: {podDisruptionBudget: {maxUnavailable: 2}}}      | spec.disruption.podDisruptionBudget.maxUnavailable
            """)
    void withThePathOfTheField(String spec, String path, Cluster cluster) {
        assertThatThrownBy(() -> Objects.apply(cluster, """
                        apiVersion: quorate.dev/v1alpha1
                        kind: Ensemble
                        metadata: {name: mistaken}
                        spec: %s
                        """.formatted(spec)))
                .isInstanceOfSatisfying(KubernetesClientException.class, refused -> {
                    assertThat(refused.getCode()).isIn(422, 400, 500);
                    assertThat(refused.getStatus().getMessage()).contains(path.substring("spec".length() + 1));
                });
        assertThat(cluster.client()
                        .resources(Ensemble.class)
                        .inNamespace(cluster.namespace())
                        .withName("mistaken")
                        .get())
                .isNull();
    }
}
