package dev.quorate.operator.reconcile;

import dev.quorate.operator.config.OperatorIdentity;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/// Of the operators of one installation one acts: the one that holds the Lease in their namespace. The others keep
/// their caches warm and wait.
///
/// Who does not get its lease renewed for [#RENEW_DEADLINE] ends at once, in the middle of whatever it does, before
/// anybody else can have the lease. A process that stood still for longer than that cannot know; what such a one does
/// is bound by `status.operation` and by resource versions.
@Singleton
public class LeaderElection {
    static final String LEASE = "quorate-operator";
    static final Duration LEASE_DURATION = Duration.ofSeconds(15);
    static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);
    private static final Duration RETRY_PERIOD = Duration.ofSeconds(2);

    private static final Logger LOG = Logger.getLogger(LeaderElection.class);
    private static final int LOST = 1;

    /// After the operator's own observer of this event: nothing is reconciled any more.
    private static final int LAST = Integer.MAX_VALUE;

    private final KubernetesClient client;
    private final OperatorIdentity self;
    private final Runnable end;
    private volatile boolean stopping;

    @Inject
    public LeaderElection(KubernetesClient client, OperatorIdentity self) {
        this(client, self, () -> Runtime.getRuntime().halt(LOST));
    }

    /// @param end what is done when the lease is lost
    LeaderElection(KubernetesClient client, OperatorIdentity self, Runnable end) {
        this.client = client;
        this.self = self;
        this.end = end;
    }

    @Produces
    @Singleton
    LeaderElectionConfiguration configuration() {
        return new LeaderElectionConfiguration(
                LEASE,
                client.getNamespace(),
                LEASE_DURATION,
                RENEW_DEADLINE,
                RETRY_PERIOD,
                self.name(),
                new LeaderCallbacks(
                        () -> LOG.infof("%s leads the operators of namespace %s", self.name(), client.getNamespace()),
                        this::lost,
                        holder -> LOG.infof("lease %s is held by %s", LEASE, holder)),
                // The framework would end the process in order, and go on for as long as that takes.
                false);
    }

    private void lost() {
        if (!stopping) {
            LOG.errorf("%s has lost lease %s and ends", self.name(), LEASE);
            end.run();
        }
    }

    void stopping(@Observes @Priority(1) ShutdownEvent event) {
        stopping = true;
    }

    /// Gives the lease back, so that the next operator need not wait until it runs out.
    void stopped(@Observes @Priority(LAST) ShutdownEvent event) {
        Resource<Lease> lease =
                client.leases().inNamespace(client.getNamespace()).withName(LEASE);
        try {
            Optional.ofNullable(lease.get())
                    .filter(l -> self.name().equals(l.getSpec().getHolderIdentity()))
                    .ifPresent(l -> client.resource(l.edit()
                                    .editSpec()
                                    .withHolderIdentity("")
                                    .endSpec()
                                    .build())
                            .update());
        } catch (KubernetesClientException e) {
            LOG.warnf("lease %s is not given back and runs out: %s", LEASE, e.getMessage());
        }
    }
}
