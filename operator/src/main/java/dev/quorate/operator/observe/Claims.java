package dev.quorate.operator.observe;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads claims.
final class Claims {
    private Claims() {}

    static ClaimState state(KubernetesClient client, String namespace, String name) {
        return state(client.persistentVolumeClaims()
                .inNamespace(namespace)
                .withName(name)
                .get());
    }

    static ClaimState state(@Nullable PersistentVolumeClaim claim) {
        if (claim == null) {
            return ClaimState.Missing;
        }
        boolean lost =
                claim.getStatus() != null && "Lost".equals(claim.getStatus().getPhase());
        if (lost || claim.getMetadata().getDeletionTimestamp() != null) {
            return ClaimState.Lost;
        }
        List<String> modes = claim.getSpec().getAccessModes();
        if (modes.equals(List.of("ReadOnlyMany"))) {
            return ClaimState.ReadOnly;
        }
        if (modes.contains("ReadWriteMany") || modes.contains("ReadOnlyMany")) {
            return ClaimState.Writable;
        }
        return modes.equals(List.of("ReadWriteOncePod")) ? ClaimState.OnePod : ClaimState.OneNode;
    }
}
