package dev.quorate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.e2e.cluster.Await;
import dev.quorate.e2e.cluster.Cluster;
import dev.quorate.e2e.cluster.EnsembleUnderTest;
import dev.quorate.e2e.cluster.OnCluster;
import dev.quorate.e2e.cluster.WriteLoad;
import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.Test;

/// "The machine of the leader dies, and with it what I have written."
@OnCluster
class LeaderPodKilledTest {
    private static final int KILLS = 2;

    @Test
    void noAcknowledgedWriteIsLostAndTheEnsembleHeals(Cluster cluster) throws Exception {
        EnsembleUnderTest ensemble =
                EnsembleUnderTest.create(cluster, "killed", 3).awaitReady();
        try (WriteLoad load = WriteLoad.on(ensemble)) {
            for (int i = 0; i < KILLS; i++) {
                Pod leader = ensemble.leader();
                cluster.client().resource(leader).withGracePeriod(0).delete();
                load.awaitMore(200);
                String name = leader.getMetadata().getName();
                Await.until(name + " is there again", ensemble::conditions, () -> ensemble.pods().stream()
                        .anyMatch(pod -> pod.getMetadata().getName().equals(name)
                                && !pod.getMetadata()
                                        .getUid()
                                        .equals(leader.getMetadata().getUid())
                                && isReady(pod)));
                ensemble.awaitReady();
            }
            load.stopAndVerify();
        }
        assertThat(ensemble.status().participants().serving()).isEqualTo(3);
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
    }
}
