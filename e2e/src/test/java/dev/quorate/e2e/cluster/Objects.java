package dev.quorate.e2e.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;

/// Objects as users write them: YAML, applied.
public final class Objects {
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("e2e")
            .withForce(true)
            .build();

    private Objects() {}

    /// Applies every document of the text, in the cluster's namespace.
    public static void apply(Cluster cluster, String yaml) {
        for (String document : yaml.split("(?m)^---\\s*$")) {
            if (document.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#"))) {
                applyOne(cluster, document);
            }
        }
    }

    private static void applyOne(Cluster cluster, String yaml) {
        HasMetadata object = Serialization.unmarshal(yaml, GenericKubernetesResource.class);
        cluster.client().resource(object).inNamespace(cluster.namespace()).patch(APPLY);
    }

    /// A claim of the default class.
    public static PersistentVolumeClaim claim(Cluster cluster, String name) {
        apply(cluster, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: %s}
                spec:
                  accessModes: [ReadWriteOnce]
                  resources: {requests: {storage: 1Gi}}
                """.formatted(name));
        return cluster.client()
                .persistentVolumeClaims()
                .inNamespace(cluster.namespace())
                .withName(name)
                .get();
    }
}
