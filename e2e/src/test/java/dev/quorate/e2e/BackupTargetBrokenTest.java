package dev.quorate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.e2e.cluster.Backups;
import dev.quorate.e2e.cluster.Clients;
import dev.quorate.e2e.cluster.Cluster;
import dev.quorate.e2e.cluster.Cluster.Breakage;
import dev.quorate.e2e.cluster.EnsembleUnderTest;
import dev.quorate.e2e.cluster.OnCluster;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// "The backup failed months ago, and the list says that all is well."
@OnCluster
class BackupTargetBrokenTest {
    private static EnsembleUnderTest ensemble;

    @BeforeAll
    static void thereIsSomethingToBackUp(Cluster cluster) throws Exception {
        ensemble = EnsembleUnderTest.create(cluster, "backed-up", 1).awaitReady();
        try (ZooKeeper client = Clients.of(ensemble)) {
            for (int i = 0; i < 20; i++) {
                client.create("/large-" + i, new byte[10_000], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
        }
    }

    @Test
    void aClaimThatIsNotThereIsNamed(Cluster cluster) throws Exception {
        EnsembleBackupStatus backup = Backups.take(cluster, "to-nowhere", ensemble, "nowhere");
        assertFailed(backup);
        assertThat(backup.error()).contains("nowhere");
    }

    @Test
    void aVolumeThatCannotBeWrittenToIsNoBackup(Cluster cluster) throws Exception {
        cluster.brokenClaim("read-only", Breakage.READ_ONLY);
        EnsembleBackupStatus backup = Backups.take(cluster, "to-read-only", ensemble, "read-only");
        assertFailed(backup);
        assertThat(backup.error()).containsPattern("(?i)read-only|denied");
    }

    @Test
    void aVolumeThatIsFullIsNoBackup(Cluster cluster) throws Exception {
        cluster.brokenClaim("full", Breakage.FULL);
        EnsembleBackupStatus backup = Backups.take(cluster, "to-full", ensemble, "full");
        assertFailed(backup);
        assertThat(backup.error()).containsIgnoringCase("space");
    }

    private static void assertFailed(EnsembleBackupStatus backup) {
        assertThat(backup.phase()).as(String.valueOf(backup)).isIn("Failed", "Rejected");
        assertThat(backup.artifact()).as("nothing is listed").isNull();
        assertThat(backup.error()).isNotBlank().doesNotContain("\n").doesNotContain("Exception");
        assertThat(backup.conditionsOrEmpty()).anySatisfy(condition -> {
            assertThat(condition.getType()).isEqualTo("Stalled");
            assertThat(condition.getStatus()).isEqualTo("True");
        });
        assertThat(backup.conditionsOrEmpty())
                .filteredOn(condition -> condition.getType().equals("Ready"))
                .allSatisfy(condition -> assertThat(condition.getStatus()).isEqualTo("False"));
    }
}
