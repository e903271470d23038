package dev.quorate.e2e;

import dev.quorate.e2e.cluster.Await;
import dev.quorate.e2e.cluster.Cluster;
import dev.quorate.e2e.cluster.EnsembleUnderTest;
import dev.quorate.e2e.cluster.OnCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// "Somebody deletes or edits what the operator made, and it stays that way until the next outage."
@OnCluster
class ManualChangesRevertedTest {
    @Test
    void whatBelongsToAnEnsembleComesBackAsItWas(Cluster cluster) throws Exception {
        EnsembleUnderTest.create(cluster, "tended", 1).awaitReady();
        Resource<Service> service = one(cluster, Service.class, "tended-client");
        Resource<PodDisruptionBudget> budget = one(cluster, PodDisruptionBudget.class, "tended-participants");
        for (Resource<? extends HasMetadata> made : List.of(service, budget)) {
            String before = made.get().getMetadata().getUid();
            made.delete();
            await(made, found -> !found.getMetadata().getUid().equals(before));
        }
        Resource<ConfigMap> config = one(cluster, ConfigMap.class, "tended-config");
        Map<String, String> wanted = config.get().getData();
        String key = wanted.keySet().iterator().next();
        config.edit(found -> found.edit().addToData(key, "tickTime=1").build());
        await(config, found -> found.getData().equals(wanted));
        service.edit(found -> found.edit()
                .editSpec()
                .withSelector(Map.of("app", "another"))
                .endSpec()
                .build());
        await(service, found -> !found.getSpec().getSelector().containsKey("app"));
    }

    private static <T extends HasMetadata> Resource<T> one(Cluster cluster, Class<T> kind, String name) {
        return cluster.client().resources(kind).inNamespace(cluster.namespace()).withName(name);
    }

    private static <T extends HasMetadata> void await(Resource<T> resource, Predicate<T> condition) throws Exception {
        Await.until("it is as the operator made it", resource::get, () -> {
            T found = resource.get();
            return found != null && condition.test(found);
        });
    }
}
