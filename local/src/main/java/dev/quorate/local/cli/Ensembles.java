package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.util.List;
import java.util.stream.Collectors;

/// What the objects say of the ensembles.
record Ensembles(ObjectStore store) {
    static final String READY = "Ready";
    private static final int CLIENT_PORT = 2181;

    /// All ensembles of all namespaces.
    List<ObjectNode> list() {
        return store.list("ensembles.quorate.dev", "");
    }

    /// Ready for its present spec, and its servers are: right after a start the status is still of the run before. If
    /// not, why, in the operator's words.
    String progress(JsonNode ensemble) {
        JsonNode ready = Json.named(ensemble.at("/status/conditions"), "type", "Ready");
        boolean reported = ready.path("status").asText().equals("True")
                && ready.path("observedGeneration").equals(ensemble.at("/metadata/generation"));
        List<JsonNode> servers = servers(ensemble);
        if (reported
                && !servers.isEmpty()
                && servers.stream().allMatch(s -> s.at("/conditions/ready").asBoolean())) {
            return READY;
        }
        return ready.path("status").asText("True").equals("True")
                ? "waiting for the operator"
                : ready.path("message").asText();
    }

    /// The endpoints behind the client Service.
    private List<JsonNode> servers(JsonNode ensemble) {
        JsonNode client = Json.of("{kubernetes.io/service-name: %s-client}", Json.name(ensemble));
        return store.list("endpointslices.discovery.k8s.io", Json.namespace(ensemble)).stream()
                .filter(slice -> Json.hasLabels(slice, client))
                .flatMap(slice -> Json.stream(slice.path("endpoints")))
                .toList();
    }

    /// `address:port` of each server; addresses of this machine, so that no name is needed.
    String connectString(JsonNode ensemble) {
        return servers(ensemble).stream()
                .map(s -> Json.text(s, "/addresses/0") + ":" + CLIENT_PORT)
                .sorted()
                .collect(Collectors.joining(","));
    }

    ObjectNode summary(JsonNode ensemble) {
        return Json.object()
                .put("name", Json.name(ensemble))
                .put("namespace", Json.namespace(ensemble))
                .put("ready", progress(ensemble).equals(READY))
                .put("connectString", connectString(ensemble));
    }
}
