package dev.quorate.local.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;

final class ContainerEnvironmentTest {
    private final InMemoryCluster cluster = new InMemoryCluster();

    private static JsonNode yaml(String text) throws Exception {
        return new YAMLMapper().readTree(text);
    }

    private final ContainerEnvironment environment = environment();

    private ContainerEnvironment environment() {
        try {
            return new ContainerEnvironment(cluster, (ObjectNode) yaml("""
                    metadata: {name: p, namespace: default, labels: {quorate.dev/member-id: '3'}}
                    status: {podIP: 127.0.0.9}
                    """));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void valuesComeFromFieldsKeysAndEarlierVariables() throws Exception {
        cluster.create(Kind.CONFIG_MAP, (ObjectNode)
                yaml("{metadata: {name: c, namespace: default}, data: {k: from config}}"));
        cluster.create(
                Kind.SECRET, (ObjectNode) yaml("{metadata: {name: s, namespace: default}, data: {k: c2VjcmV0}}"));
        assertThat(environment.resolve(yaml("""
                env:
                - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
                - {name: ID, valueFrom: {fieldRef: {fieldPath: "metadata.labels['quorate.dev/member-id']"}}}
                - {name: CONFIG, valueFrom: {configMapKeyRef: {name: c, key: k}}}
                - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}
                - {name: NONE, valueFrom: {secretKeyRef: {name: none, key: k, optional: true}}}
                - {name: URL, value: "http://$(IP)/$(UNKNOWN)/$$(IP)"}
                """)))
                .containsExactlyInAnyOrderEntriesOf(java.util.Map.of(
                        "IP", "127.0.0.9",
                        "ID", "3",
                        "CONFIG", "from config",
                        "SECRET", "secret",
                        "URL", "http://127.0.0.9/$(UNKNOWN)/$(IP)"));
    }

    @Test
    void whatIsMissingIsNamed() throws Exception {
        JsonNode container = yaml("env: [{name: A, valueFrom: {secretKeyRef: {name: none, key: k}}}]");
        assertThatThrownBy(() -> environment.resolve(container)).hasMessage("secret \"none\" not found");
    }
}
