package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.util.List;

/// Status of PodDisruptionBudgets. Control loop only.
final class DisruptionBudgets implements ControlLoop.Controller {
    private final Cluster cluster;

    DisruptionBudgets(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void reconcile() {
        List<ObjectNode> pods = cluster.list("Pod");
        for (ObjectNode budget : cluster.list("PodDisruptionBudget")) {
            JsonNode spec = budget.path("spec");
            List<ObjectNode> covered = pods.stream()
                    .filter(p -> Json.namespace(p).equals(Json.namespace(budget)) && !Json.terminal(p))
                    .filter(p -> Json.hasLabels(p, spec.at("/selector/matchLabels")))
                    .toList();
            long healthy = covered.stream().filter(Json::podReady).count();
            long desired = spec.has("maxUnavailable")
                    ? Math.max(0, covered.size() - share(spec.path("maxUnavailable"), covered.size()))
                    : share(spec.path("minAvailable"), covered.size());
            long allowed = covered.isEmpty() ? 0 : Math.max(0, healthy - desired);
            cluster.updateStatus(budget, status -> {
                status.put(
                                "observedGeneration",
                                budget.at("/metadata/generation").asLong())
                        .put("disruptionsAllowed", allowed)
                        .put("currentHealthy", healthy)
                        .put("desiredHealthy", desired)
                        .put("expectedPods", covered.size());
                String reason = allowed > 0 ? "SufficientPods" : "InsufficientPods";
                Json.condition(status, "DisruptionAllowed", allowed > 0, reason, "");
            });
        }
    }

    /// A count, or a percentage rounded up.
    private static long share(JsonNode value, int of) {
        String text = value.asText();
        return text.endsWith("%")
                ? (Long.parseLong(text.substring(0, text.length() - 1)) * of + 99) / 100
                : value.asLong();
    }
}
