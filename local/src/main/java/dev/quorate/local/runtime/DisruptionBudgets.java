package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// Status of PodDisruptionBudgets, which the eviction endpoint reads. Control loop only.
final class DisruptionBudgets implements ControlLoop.Controller {
    private final Cluster cluster;

    DisruptionBudgets(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void reconcile() {
        List<ObjectNode> pods = cluster.list(Kind.POD);
        for (ObjectNode budget : cluster.list(Kind.DISRUPTION_BUDGET)) {
            List<ObjectNode> covered = pods.stream()
                    .filter(p -> Json.namespace(p).equals(Json.namespace(budget))
                            && !Json.terminal(p)
                            && Json.selects(budget.at("/spec/selector"), p))
                    .toList();
            long healthy = covered.stream().filter(Json::podReady).count();
            writeStatus(budget, covered.size(), healthy);
        }
    }

    private void writeStatus(ObjectNode budget, int expected, long healthy) {
        JsonNode spec = budget.path("spec");
        long desired = spec.has("maxUnavailable")
                ? Math.max(0, expected - share(spec.path("maxUnavailable"), expected))
                : share(spec.path("minAvailable"), expected);
        long allowed = expected == 0 ? 0 : Math.max(0, healthy - desired);
        cluster.updateStatus(Kind.DISRUPTION_BUDGET, budget, object -> {
            ObjectNode status = object.withObject("/status")
                    .put("observedGeneration", budget.at("/metadata/generation").asLong())
                    .put("disruptionsAllowed", allowed)
                    .put("currentHealthy", healthy)
                    .put("desiredHealthy", desired)
                    .put("expectedPods", expected);
            Json.condition(
                    status,
                    "DisruptionAllowed",
                    allowed > 0 ? "True" : "False",
                    allowed > 0 ? "SufficientPods" : "InsufficientPods",
                    "");
        });
    }

    /// A count, or a percentage rounded up.
    private static long share(JsonNode value, int of) {
        String text = value.asText();
        return text.endsWith("%")
                ? (Long.parseLong(text.substring(0, text.length() - 1)) * of + 99) / 100
                : value.asLong();
    }
}
