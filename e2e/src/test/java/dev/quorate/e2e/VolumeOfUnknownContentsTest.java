package dev.quorate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.e2e.cluster.Await;
import dev.quorate.e2e.cluster.Clients;
import dev.quorate.e2e.cluster.Cluster;
import dev.quorate.e2e.cluster.EnsembleUnderTest;
import dev.quorate.e2e.cluster.OnCluster;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;

/// "A volume of another life is mounted, and its old data comes back as if nothing had happened."
@OnCluster
class VolumeOfUnknownContentsTest {
    @Test
    void aMemberRefusesTheVolumeOfAnEnsembleThatWasDeleted(Cluster cluster) throws Exception {
        EnsembleUnderTest first =
                EnsembleUnderTest.create(cluster, "again", 1, "Retain").awaitReady();
        try (ZooKeeper client = Clients.of(first)) {
            client.create("/of-the-first-life", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        }
        first.delete();
        Await.until(
                "the first life is over",
                first::conditions,
                () -> first.resource().get() == null && first.pods().isEmpty());

        EnsembleUnderTest second = EnsembleUnderTest.create(cluster, "again", 1, "Retain");
        Await.until("a condition that names the member's volume", second::conditions, () -> second.condition("Ready")
                .filter(ready -> ready.getStatus().equals("False")
                        && ready.getMessage().contains("again-m1")
                        && ready.getMessage().contains("the volume belongs to"))
                .isPresent());
        assertThat(second.isCurrent()).isFalse();
        assertThat(second.condition("QuorumAvailable").orElseThrow().getStatus())
                .isEqualTo("False");
    }
}
