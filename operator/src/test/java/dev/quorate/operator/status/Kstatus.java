package dev.quorate.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rules of the library kstatus for a resource that it does not know: what `kubectl wait`-like tools and GitOps
/// controllers make of an object.
public final class Kstatus {
    private Kstatus() {}

    public static String of(long generation, @Nullable Long observedGeneration, List<Condition> conditions) {
        if (observedGeneration == null || observedGeneration != generation) {
            return "InProgress";
        }
        for (Condition condition : conditions) {
            if (condition.getStatus().equals("True")) {
                switch (condition.getType()) {
                    case "Reconciling" -> {
                        return "InProgress";
                    }
                    case "Stalled" -> {
                        return "Failed";
                    }
                    default -> {}
                }
            }
        }
        return conditions.stream()
                .filter(c -> c.getType().equals("Ready"))
                .findFirst()
                .map(c -> c.getStatus().equals("True") ? "Current" : "InProgress")
                .orElse("Current");
    }
}
