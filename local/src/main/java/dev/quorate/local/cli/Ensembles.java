package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;

/// What the API says of the ensembles.
final class Ensembles {
    private static final String GROUP = "/apis/quorate.dev/";

    private final ApiClient api;

    Ensembles(ApiClient api) {
        this.api = api;
    }

    /// All ensembles of all namespaces.
    List<JsonNode> list() throws IOException, InterruptedException {
        for (JsonNode group : api.get("/apis").path("groups")) {
            if (group.path("name").asText().equals("quorate.dev")) {
                String version = group.at("/preferredVersion/version").asText();
                return api.list(GROUP + version + "/ensembles");
            }
        }
        return List.of();
    }

    static String key(JsonNode ensemble) {
        return ensemble.at("/metadata/namespace").asText() + "/"
                + ensemble.at("/metadata/name").asText();
    }

    /// Ready for its present spec, not for a former one.
    static boolean ready(JsonNode ensemble) {
        long generation = ensemble.at("/metadata/generation").asLong();
        for (JsonNode condition : ensemble.at("/status/conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True")
                        && condition.path("observedGeneration").asLong(generation) == generation;
            }
        }
        return false;
    }

    /// Why it is not Ready, in the operator's words.
    static String progress(JsonNode ensemble) {
        for (JsonNode condition : ensemble.at("/status/conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                String message = condition.path("message").asText();
                return message.isEmpty() ? condition.path("reason").asText() : message;
            }
        }
        return "waiting for the operator";
    }

    /// `address:port` of each server behind the client Service; addresses of this machine, so that no name is needed.
    String connectString(JsonNode ensemble) throws IOException, InterruptedException {
        TreeSet<String> servers = new TreeSet<>();
        for (JsonNode slice : api.list("/apis/discovery.k8s.io/v1/namespaces/"
                + ensemble.at("/metadata/namespace").asText()
                + "/endpointslices?labelSelector=kubernetes.io/service-name="
                + ensemble.at("/metadata/name").asText() + "-client")) {
            for (JsonNode endpoint : slice.path("endpoints")) {
                servers.add(endpoint.at("/addresses/0").asText() + ":"
                        + slice.at("/ports/0/port").asText());
            }
        }
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
