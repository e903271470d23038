package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;

/// What the API says of the ensembles.
final class Ensembles {
    private static final String GROUP = "/apis/quorate.dev/v1alpha1";
    private static final int CLIENT_PORT = 2181;

    private final ApiClient api;

    Ensembles(ApiClient api) {
        this.api = api;
    }

    /// All ensembles of all namespaces.
    List<JsonNode> list() throws IOException, InterruptedException {
        try {
            return api.list(GROUP + "/ensembles");
        } catch (ApiClient.Refused undefined) {
            return List.of();
        }
    }

    /// Ready for its present spec, and its servers are: right after a start the status is still of the run before.
    boolean ready(JsonNode ensemble) throws IOException, InterruptedException {
        JsonNode ready = Json.named(ensemble.at("/status/conditions"), "type", "Ready");
        JsonNode generation = ensemble.at("/metadata/generation");
        List<JsonNode> servers = servers(ensemble);
        return ready.path("status").asText().equals("True")
                && ready.path("observedGeneration").asLong() == generation.asLong()
                && !servers.isEmpty()
                && servers.stream().allMatch(s -> s.at("/conditions/ready").asBoolean());
    }

    /// Why it is not Ready, in the operator's words.
    static String progress(JsonNode ensemble) {
        JsonNode ready = Json.named(ensemble.at("/status/conditions"), "type", "Ready");
        if (ready.path("status").asText("True").equals("True")) {
            return "waiting for the operator";
        }
        return ready.path("message").asText(ready.path("reason").asText());
    }

    /// The endpoints behind the client Service.
    private List<JsonNode> servers(JsonNode ensemble) throws IOException, InterruptedException {
        String selector = "kubernetes.io/service-name=" + Json.name(ensemble) + "-client";
        String path = "/apis/discovery.k8s.io/v1/namespaces/" + Json.namespace(ensemble) + "/endpointslices";
        return api.list(path + "?labelSelector=" + selector).stream()
                .flatMap(slice -> Json.stream(slice.path("endpoints")))
                .toList();
    }

    /// `address:port` of each server; addresses of this machine, so that no name is needed.
    String connectString(JsonNode ensemble) throws IOException, InterruptedException {
        TreeSet<String> servers = new TreeSet<>();
        servers(ensemble).forEach(s -> servers.add(Json.text(s, "/addresses/0") + ":" + CLIENT_PORT));
        return String.join(",", servers);
    }

    ObjectNode summary(JsonNode ensemble) throws IOException, InterruptedException {
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", ensemble.at("/metadata/name").asText())
                .put("namespace", ensemble.at("/metadata/namespace").asText())
                .put("ready", ready(ensemble))
                .put("connectString", connectString(ensemble));
    }
}
