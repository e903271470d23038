package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.ObjectStore;
import java.util.List;

/// `POST pods/NAME/eviction`: a delete that the disruption budgets must allow.
final class Eviction {
    private Eviction() {}

    static ObjectNode evict(
            ObjectStore store, Operations operations, ApiServer.Target target, Operations.Request request) {
        JsonNode pod = operations.get(target.type(), target.namespace(), target.name());
        for (ObjectNode budget : store.list("poddisruptionbudgets.policy", target.namespace())) {
            if (matches(budget.at("/spec/selector/matchLabels"), pod.at("/metadata/labels"))
                    && budget.at("/status/disruptionsAllowed").asInt() <= 0) {
                throw StatusError.of(
                                429,
                                "TooManyRequests",
                                "Cannot evict pod as it would violate the pod's disruption budget.")
                        .causes(List.of(new StatusError.Cause(
                                "DisruptionBudget",
                                "The disruption budget "
                                        + budget.at("/metadata/name").asText() + " needs "
                                        + budget.at("/status/desiredHealthy").asInt() + " healthy pods and has "
                                        + budget.at("/status/currentHealthy").asInt() + " currently",
                                "")));
            }
        }
        operations.delete(target.type(), target.namespace(), target.name(), Json.object(), request);
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        return status.put("status", "Success").put("code", 201);
    }

    private static boolean matches(JsonNode wanted, JsonNode labels) {
        return wanted.properties().stream()
                .allMatch(w -> labels.path(w.getKey()).equals(w.getValue()));
    }
}
