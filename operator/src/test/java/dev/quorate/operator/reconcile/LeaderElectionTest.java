package dev.quorate.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.operator.config.OperatorIdentity;
import dev.quorate.operator.plan.Examples;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.quarkus.runtime.ShutdownEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two operators on one API: one of them acts.
class LeaderElectionTest {
    private EmbeddedApi api;

    /// Who reconciled, in order.
    private final BlockingQueue<String> acted = new LinkedBlockingQueue<>();

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        api = new EmbeddedApi(folder);
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    @ControllerConfiguration(name = "busy")
    private final class Busy implements Reconciler<EnsembleBackup> {
        private final String name;

        Busy(String name) {
            this.name = name;
        }

        @Override
        public UpdateControl<EnsembleBackup> reconcile(EnsembleBackup backup, Context<EnsembleBackup> context) {
            acted.add(name);
            return UpdateControl.<EnsembleBackup>noUpdate().rescheduleAfter(Duration.ofMillis(100));
        }
    }

    private final class Candidate {
        final KubernetesClient client = api.anotherClient();
        final CountDownLatch lost = new CountDownLatch(1);
        final LeaderElection election;
        final Operator operator;

        Candidate(String name) {
            election = new LeaderElection(client, OperatorIdentity.named(name), lost::countDown);
            operator = new Operator(o -> o.withKubernetesClient(client)
                    .withCloseClientOnStop(false)
                    .withLeaderElectionConfiguration(election.configuration()));
            operator.register(new Busy(name));
            operator.start();
        }

        void stop() {
            election.stopping(new ShutdownEvent());
            operator.stop();
            election.stopped(new ShutdownEvent());
        }
    }

    private String holder() {
        Lease lease = api.client
                .leases()
                .inNamespace(EmbeddedApi.NAMESPACE)
                .withName(LeaderElection.LEASE)
                .get();
        return lease.getSpec().getHolderIdentity();
    }

    private String nextToAct() throws InterruptedException {
        String next = acted.poll(120, TimeUnit.SECONDS);
        assertThat(next).as("nobody acts; the lease is held by %s", holder()).isNotNull();
        return next;
    }

    @Test
    void theSecondActsOnceTheFirstCannotRenewItsLeaseAndNeverBeside() throws Exception {
        Candidate first = new Candidate("first");
        api.create(Examples.backup());
        assertThat(nextToAct()).isEqualTo("first");
        Candidate second = new Candidate("second");
        for (int i = 0; i < 50; i++) {
            assertThat(nextToAct()).isEqualTo("first");
        }
        // It hears of nothing any more and cannot write; its process would go on.
        first.client.close();
        assertThat(first.lost.await(120, TimeUnit.SECONDS)).isTrue();
        assertThat(acted).as("before it was lost").doesNotContain("second");
        first.operator.stop();
        acted.clear();
        for (int i = 0; i < 50; i++) {
            assertThat(nextToAct()).isEqualTo("second");
        }
        assertThat(holder()).isEqualTo("second");
        second.stop();
        assertThat(holder()).as("given back").isNullOrEmpty();
        Candidate third = new Candidate("third");
        List<String> before = List.copyOf(acted);
        acted.removeAll(before);
        assertThat(nextToAct()).isEqualTo("third");
        assertThat(second.lost.getCount()).as("an orderly stop is no loss").isEqualTo(1);
        third.stop();
    }
}
