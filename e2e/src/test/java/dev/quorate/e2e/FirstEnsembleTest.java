package dev.quorate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.crds.ensemble.MemberStatus;
import dev.quorate.e2e.cluster.Clients;
import dev.quorate.e2e.cluster.Cluster;
import dev.quorate.e2e.cluster.EnsembleUnderTest;
import dev.quorate.e2e.cluster.Objects;
import dev.quorate.e2e.cluster.OnCluster;
import dev.quorate.e2e.cluster.Words;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// "I apply the example, and then nothing works."
@OnCluster
class FirstEnsembleTest {
    private static EnsembleUnderTest ensemble;
    private static Cluster cluster;

    @BeforeAll
    static void theExampleIsApplied(Cluster given) throws Exception {
        cluster = given;
        Objects.apply(cluster, Files.readString(Cluster.checkout().resolve("deploy/examples/ensemble.yaml")));
        ensemble = new EnsembleUnderTest(cluster, "example").awaitReady();
    }

    @Test
    void threeParticipantsAndAnObserverServe() throws Exception {
        EnsembleStatus status = ensemble.status();
        assertThat(status.membersOrEmpty()).extracting(MemberStatus::state).containsOnly("Serving");
        assertThat(status.membersOrEmpty())
                .extracting(MemberStatus::role)
                .containsExactly("Participant", "Participant", "Participant", "Observer");
        assertThat(status.participants().serving()).isEqualTo(3);
        assertThat(status.observers().serving()).isEqualTo(1);
        assertThat(status.quorum().voters()).containsExactly(1L, 2L, 3L);
        assertThat(status.quorum().faultTolerance()).isEqualTo(1);
        assertThat(ensemble.leader().getMetadata().getName())
                .isEqualTo(status.quorum().leader() + "-0");
        assertThat(Words.ask(ensemble.clientAddress(ensemble.pod(4)), "srvr")).contains("Mode: observer");
    }

    @Test
    void theConditionsAreOfThisGenerationAndSayThatAllIsWell() {
        long generation = ensemble.resource().get().getMetadata().getGeneration();
        List<Condition> conditions = ensemble.status().conditionsOrEmpty();
        assertThat(conditions)
                .extracting(Condition::getType)
                .contains("Ready", "QuorumAvailable", "MembersReady")
                .doesNotContain("Reconciling", "Stalled");
        assertThat(conditions).allSatisfy(condition -> {
            assertThat(condition.getStatus()).as(condition.getType()).isEqualTo("True");
            assertThat(condition.getObservedGeneration()).isEqualTo(generation);
            assertThat(condition.getReason()).matches("[A-Za-z]+");
        });
    }

    @Test
    void whatAStockClientWritesOnOneMemberItReadsOnEveryOther() throws Exception {
        List<Pod> pods = ensemble.pods();
        assertThat(pods).hasSize(4);
        for (Pod writtenOn : pods) {
            String path = "/of-" + writtenOn.getMetadata().getName();
            byte[] data = path.getBytes(StandardCharsets.UTF_8);
            try (ZooKeeper writer = Clients.of(ensemble.clientAddress(writtenOn))) {
                writer.create(path, data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            for (Pod readOn : pods) {
                try (ZooKeeper reader = Clients.of(ensemble.clientAddress(readOn))) {
                    Clients.sync(reader);
                    assertThat(reader.getData(path, false, null)).isEqualTo(data);
                }
            }
        }
    }

    @Test
    void theEndpointsNameTheServiceAndEveryMember() {
        String namespace = cluster.namespace();
        assertThat(ensemble.status().endpoints().clients()).startsWith("example-client." + namespace + ".svc");
        assertThat(ensemble.status().endpoints().connectString().split(","))
                .hasSize(4)
                .allSatisfy(server -> assertThat(server)
                        .matches("example-m[1-4]-0\\.example-members\\." + namespace + "\\.svc.*:2181"));
        assertThat(cluster.client()
                        .services()
                        .inNamespace(namespace)
                        .withName("example-members")
                        .get()
                        .getSpec()
                        .getPublishNotReadyAddresses())
                .isTrue();
    }

    @Test
    void nobodyCanEvictMoreThanTheQuorumCanSpare() throws Exception {
        var budget = cluster.client()
                .policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(cluster.namespace())
                .withName("example-participants");
        dev.quorate.e2e.cluster.Await.until(
                "a budget that counts three",
                () -> String.valueOf(budget.get().getStatus()),
                () -> budget.get().getStatus() != null
                        && Integer.valueOf(3).equals(budget.get().getStatus().getCurrentHealthy()));
        assertThat(budget.get().getStatus().getDisruptionsAllowed()).isEqualTo(1);
    }
}
