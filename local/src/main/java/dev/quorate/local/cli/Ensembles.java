package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        JsonNode ready = Json.named(ensemble.at("/status/conditions"), "type", READY);
        boolean said = ready.path("status").asText("True").equals("True");
        boolean current = ready.path("observedGeneration").equals(ensemble.at("/metadata/generation"));
        List<JsonNode> servers = servers(ensemble);
        boolean serving = !servers.isEmpty()
                && servers.stream().allMatch(s -> s.at("/conditions/ready").asBoolean());
        if (!said) {
            return ready.path("message").asText();
        }
        return current && serving ? READY : "waiting for the operator";
    }

    /// The endpoints behind the client Service.
    private List<JsonNode> servers(JsonNode ensemble) {
        String service = Json.name(ensemble) + "-client";
        String key = ObjectStore.key("endpointslices.discovery.k8s.io", Json.namespace(ensemble), service);
        return store.get(key).stream()
                .flatMap(s -> Json.stream(s.path("endpoints")))
                .toList();
    }

    /// `address:port` of each server; addresses of this machine, so that no name is needed.
    String connectString(JsonNode ensemble) {
        Stream<String> addresses = servers(ensemble).stream().map(s -> Json.text(s, "/addresses/0"));
        return addresses.map(a -> a + ":" + CLIENT_PORT).sorted().collect(Collectors.joining(","));
    }

    ObjectNode summary(JsonNode ensemble) {
        String form = "{name: '%s', namespace: '%s', ready: %s, connectString: '%s'}";
        boolean ready = progress(ensemble).equals(READY);
        return Json.of(form, Json.name(ensemble), Json.namespace(ensemble), ready, connectString(ensemble));
    }
}
