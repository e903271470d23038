package dev.quorate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.e2e.cluster.Cluster;
import dev.quorate.e2e.cluster.EnsembleUnderTest;
import dev.quorate.e2e.cluster.OnCluster;
import dev.quorate.e2e.cluster.PodHistory;
import dev.quorate.e2e.cluster.Words;
import dev.quorate.e2e.cluster.WriteLoad;
import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.Test;

/// "I change a setting, and all servers restart at once."
@OnCluster
class ConfigChangeRollsTest {
    @Test
    void oneMemberAtATimeLeaderLastAndWritesGoOn(Cluster cluster) throws Exception {
        EnsembleUnderTest ensemble =
                EnsembleUnderTest.create(cluster, "rolled", 3).awaitReady();
        String leader = ensemble.leader().getMetadata().getName();
        try (WriteLoad load = WriteLoad.on(ensemble);
                PodHistory history = PodHistory.of(cluster, ensemble)) {
            ensemble.patch("{\"spec\": {\"config\": {\"sessionTimeout\": {\"max\": \"50s\"}}}}");
            ensemble.awaitReady();
            load.awaitMore(200);
            load.stopAndVerify();

            assertThat(history.restarts())
                    .as(history.toString())
                    .hasSize(3)
                    .doesNotHaveDuplicates()
                    .endsWith(leader);
            assertThat(history.mostDown()).as(history.toString()).isEqualTo(1);
        }
        for (Pod pod : ensemble.pods()) {
            assertThat(Words.ask(ensemble.clientAddress(pod), "conf")).contains("maxSessionTimeout=50000");
        }
    }
}
