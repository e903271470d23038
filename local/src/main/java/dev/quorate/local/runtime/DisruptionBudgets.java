package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.util.List;

/// Status of PodDisruptionBudgets by maxUnavailable. Control loop only.
public record DisruptionBudgets(Cluster cluster) implements Runnable {
    @Override
    public void run() {
        for (ObjectNode budget : cluster.list("PodDisruptionBudget")) {
            JsonNode labels = budget.at("/spec/selector/matchLabels");
            List<ObjectNode> covered = cluster.list("Pod").stream()
                    .filter(p -> Json.namespace(p).equals(Json.namespace(budget)) && Json.hasLabels(p, labels))
                    .toList();
            long healthy = covered.stream().filter(Json::podReady).count();
            String text = Json.text(budget, "/spec/maxUnavailable");
            long unavailable = text.endsWith("%")
                    ? (Long.parseLong(text.replace("%", "")) * covered.size() + 99) / 100
                    : Long.parseLong(text);
            long desired = Math.max(0, covered.size() - unavailable);
            cluster.updateStatus(budget, status -> status.put(
                            "observedGeneration",
                            budget.at("/metadata/generation").asLong())
                    .put("disruptionsAllowed", Math.max(0, healthy - desired))
                    .put("currentHealthy", healthy)
                    .put("desiredHealthy", desired)
                    .put("expectedPods", covered.size()));
        }
    }
}
