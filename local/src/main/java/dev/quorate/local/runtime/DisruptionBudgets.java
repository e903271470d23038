package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.util.List;

/// Status of PodDisruptionBudgets by maxUnavailable. Control loop only.
public record DisruptionBudgets(Cluster cluster) implements Runnable {
    @Override
    public void run() {
        for (ObjectNode budget : cluster.list("PodDisruptionBudget")) {
            List<ObjectNode> covered = cluster.pods(budget, budget.at("/spec/selector/matchLabels"));
            long healthy = covered.stream().filter(Json::podReady).count();
            String text = Json.text(budget, "/spec/maxUnavailable");
            double share = text.endsWith("%") ? covered.size() / 100.0 : 1;
            long unavailable = (long) Math.ceil(Long.parseLong(text.replace("%", "")) * share);
            long desired = Math.max(0, covered.size() - unavailable);
            ObjectNode status = Json.object().put("disruptionsAllowed", Math.max(0, healthy - desired));
            status.put("currentHealthy", healthy).put("desiredHealthy", desired).put("expectedPods", covered.size());
            status.set("observedGeneration", budget.at("/metadata/generation"));
            cluster.updateStatus(budget, s -> s.setAll(status));
        }
    }
}
