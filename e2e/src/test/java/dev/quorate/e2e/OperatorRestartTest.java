package dev.quorate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.e2e.cluster.Await;
import dev.quorate.e2e.cluster.Cluster;
import dev.quorate.e2e.cluster.EnsembleUnderTest;
import dev.quorate.e2e.cluster.OnCluster;
import dev.quorate.e2e.cluster.PodHistory;
import org.junit.jupiter.api.Test;

/// "The operator dies half-way, and nobody finishes what it began."
@OnCluster
class OperatorRestartTest {
    @Test
    void aRollGoesOnWhereTheOperatorThatBeganItWasKilled(Cluster cluster) throws Exception {
        EnsembleUnderTest ensemble =
                EnsembleUnderTest.create(cluster, "unattended", 3).awaitReady();
        try (PodHistory history = PodHistory.of(cluster, ensemble)) {
            ensemble.patch("{\"metadata\": {\"annotations\": {\"quorate.dev/restart-at\": \"2026-01-01T00:00:00Z\"}}}");
            Await.until("a first restart", ensemble::conditions, () -> !history.restarts()
                    .isEmpty());
            cluster.killOperator();
            Await.until(
                    "all restarted",
                    () -> history + "; " + ensemble.conditions(),
                    () -> history.restarts().size() >= 3);
            ensemble.awaitReady();
            assertThat(history.restarts()).as(history.toString()).hasSize(3).doesNotHaveDuplicates();
            assertThat(history.mostDown()).as(history.toString()).isEqualTo(1);
        }
    }

    @Test
    void withASecondOperatorBesideOnlyOneActs(Cluster cluster) throws Exception {
        EnsembleUnderTest ensemble =
                EnsembleUnderTest.create(cluster, "guarded", 3).awaitReady();
        try (AutoCloseable standby = cluster.standbyOperator();
                PodHistory history = PodHistory.of(cluster, ensemble)) {
            String first = cluster.leadingOperator();
            assertThat(first).isNotEmpty();
            ensemble.patch("{\"metadata\": {\"annotations\": {\"quorate.dev/restart-at\": \"2026-01-01T00:00:00Z\"}}}");
            Await.until("a first restart", ensemble::conditions, () -> !history.restarts()
                    .isEmpty());
            cluster.killOperator();
            Await.until(
                    "all restarted",
                    () -> history + "; " + ensemble.conditions(),
                    () -> history.restarts().size() >= 3);
            ensemble.awaitReady();
            assertThat(history.restarts()).as(history.toString()).hasSize(3).doesNotHaveDuplicates();
            assertThat(history.mostDown()).as(history.toString()).isEqualTo(1);
            assertThat(cluster.leadingOperator()).isNotEmpty().isNotEqualTo(first);
        }
    }
}
