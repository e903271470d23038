package dev.quorate.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Two embedded modes on one machine, such as of two clones, know nothing of each other.
final class TwoClustersTest {
    @RegisterExtension
    static final LocalClusterExtension ONE = new LocalClusterExtension();

    @RegisterExtension
    static final LocalClusterExtension OTHER = new LocalClusterExtension();

    private static JsonNode ready(LocalClusterExtension cluster) {
        return cluster.await("v1", "Pod", "same", p -> LocalClusterExtension.isTrue(p, "Ready"));
    }

    private static ProcessHandle process(JsonNode pod) {
        String id = pod.at("/status/containerStatuses/0/containerID").asText();
        return ProcessHandle.of(Long.parseLong(id.replace("process://", ""))).orElseThrow();
    }

    @Test
    void equalPodsHaveAddressesOfTheirOwnAndEndWithTheirOwnCluster() throws Exception {
        for (LocalClusterExtension cluster : List.of(ONE, OTHER)) {
            cluster.create("""
                    {apiVersion: v1, kind: Pod, metadata: {name: same}, spec: {terminationGracePeriodSeconds: 1, containers: [
                    {name: main, image: any, command: [sleep, '600']}]}}
                    """);
        }
        JsonNode first = ready(ONE);
        JsonNode second = ready(OTHER);
        assertThat(first.at("/status/podIP")).isNotEqualTo(second.at("/status/podIP"));
        ONE.stop();
        assertThat(process(second).isAlive()).isTrue();
        ONE.start();
        assertThat(ready(ONE).at("/status/podIP")).isEqualTo(first.at("/status/podIP"));
    }
}
