package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/// Requests for objects: from method, URL and headers to [Operations], and back to JSON, Tables, watches or logs.
record Resources(ObjectStore store, Operations operations, Tables tables, PodLogs logs) {
    private static final String APPLY = "application/apply-patch+yaml";
    private static final String PATCHES = "application/json-patch+json, application/merge-patch+json, " + APPLY;

    void answer(Exchange exchange) throws IOException, InterruptedException {
        JsonNode document = new Discovery(operations.registry()).document(exchange.path());
        Optional<Target> target = Target.of(operations.registry(), exchange.path());
        if (!document.isMissingNode()) {
            exchange.send(200, document);
        } else if (target.isPresent()) {
            answer(exchange, target.get());
        } else {
            throw new StatusError(404, "NotFound", "the server could not find the requested resource");
        }
    }

    private void answer(Exchange exchange, Target target) throws IOException, InterruptedException {
        if (!target.served()) {
            String what = target.subresource() + " of " + target.type().resource();
            throw new StatusError(501, "NotImplemented", "the embedded mode has no " + what);
        } else if (exchange.contentType().contains("protobuf")) {
            throw unsupported("JSON and YAML (the embedded mode reads no protobuf: use kubectl apply -f)");
        }
        Operations.Request request = request(exchange);
        switch (exchange.method() + (target.name().isEmpty() ? "" : " NAME")) {
            case "GET", "GET NAME" -> read(exchange, target);
            case "POST" ->
                exchange.send(201, shown(exchange, target, operations.create(target, exchange.body(), request)));
            case "PUT NAME", "PATCH NAME" -> {
                boolean present = store.get(target.key()).isPresent();
                exchange.send(present ? 200 : 201, shown(exchange, target, write(exchange, target, request)));
            }
            case "DELETE NAME" -> exchange.send(200, operations.delete(target, exchange.body(), request));
            case "DELETE" -> {
                ObjectNode list = store.atomically(() -> list(exchange, target));
                JsonNode options = exchange.body();
                list.path("items")
                        .forEach(o -> operations.delete(Target.of(operations.registry(), o), options, request));
                exchange.send(200, list);
            }
            case String other -> throw new StatusError(405, "MethodNotAllowed", "the embedded mode has no " + other);
        }
    }

    private static Operations.Request request(Exchange exchange) {
        String agent = exchange.header("User-Agent").replaceFirst("/.*", "");
        String manager = exchange.query("fieldManager").isEmpty() ? agent : exchange.query("fieldManager");
        boolean strict = exchange.query("fieldValidation").equals("Strict");
        boolean dryRun = exchange.query("dryRun").equals("All");
        boolean applies = exchange.contentType().equals(APPLY);
        return new Operations.Request(manager.isEmpty() ? "unknown" : manager, strict, dryRun, applies);
    }

    private static StatusError unsupported(String accepted) {
        String message = "the body of the request was in an unknown format - accepted media types include: " + accepted;
        return new StatusError(415, "UnsupportedMediaType", message);
    }

    private void read(Exchange exchange, Target target) throws IOException, InterruptedException {
        if (exchange.flag("watch")) {
            new WatchStream(store, target, exchange, filter(exchange, target), tables).run();
        } else if (target.name().isEmpty()) {
            exchange.send(200, shown(exchange, target, store.atomically(() -> list(exchange, target))));
        } else if (target.subresource().equals("log")) {
            sendLog(exchange, target, operations.get(target));
        } else {
            exchange.send(200, shown(exchange, target, operations.get(target)));
        }
    }

    private static Predicate<ObjectNode> filter(Exchange exchange, Target target) {
        return Selectors.labels(exchange.query("labelSelector"))
                .and(Selectors.fields(exchange.query("fieldSelector")))
                .and(o -> target.name().isEmpty() || target.name().equals(Json.name(o)));
    }

    private ObjectNode list(Exchange exchange, Target target) {
        ResourceType type = target.type();
        ObjectNode list = Json.of(
                "{kind: %sList, apiVersion: %s, metadata: {resourceVersion: '%s'}, items: []}",
                type.kind(), type.apiVersion(), store.revision());
        store.list(type.resource(), target.namespace()).stream()
                .filter(filter(exchange, target))
                .forEach(list.withArray("items")::add);
        return list;
    }

    private JsonNode shown(Exchange exchange, Target target, ObjectNode node) {
        JsonNode seen = target.isScale() ? target.type().scaleOf(node) : node;
        return exchange.wantsTable() ? tables.of(target.type(), seen, true) : seen;
    }

    private ObjectNode write(Exchange exchange, Target target, Operations.Request request) {
        ResourceType type = target.type();
        JsonNode body = exchange.body();
        if (request.applies()) {
            return operations.apply(target, body, request, exchange.flag("force"));
        }
        Function<ObjectNode, JsonNode> change =
                exchange.method().equals("PUT") ? replacement(target, body) : patch(exchange.contentType(), type, body);
        Function<ObjectNode, JsonNode> whole =
                target.isScale() ? live -> type.withScale(live, change.apply(type.scaleOf(live))) : change;
        return operations.modify(target, whole, request);
    }

    private static Function<ObjectNode, JsonNode> replacement(Target target, JsonNode body) {
        if (!Json.name(body).equals(target.name())) {
            String names = "(" + Json.name(body) + ") does not match the name on the URL (" + target.name() + ")";
            throw StatusError.badRequest("the name of the object " + names);
        }
        return live -> body;
    }

    private static Function<ObjectNode, JsonNode> patch(String contentType, ResourceType type, JsonNode body) {
        return switch (contentType) {
            case "application/merge-patch+json" -> live -> Patches.merge(live, body);
            case "application/json-patch+json" -> live -> Patches.json(live, body);
            case String other
            when !type.custom() && other.equals("application/strategic-merge-patch+json") ->
                live -> Patches.strategic(live, body, type.schema());
            case String other -> throw unsupported(PATCHES);
        };
    }

    private void sendLog(Exchange exchange, Target target, ObjectNode pod) throws IOException, InterruptedException {
        for (String option : List.of("previous", "timestamps", "sinceSeconds", "sinceTime", "limitBytes")) {
            if (!exchange.query(option).isEmpty() && !exchange.query(option).equals("false")) {
                throw StatusError.badRequest("the embedded mode has logs without " + option);
            }
        }
        String given = exchange.query("container");
        String name = given.isEmpty() ? Json.text(pod, "/spec/containers/0/name") : given;
        Path file = logs.file(pod, name);
        if (!pod.path("spec").findValuesAsText("name").contains(name)) {
            throw StatusError.badRequest("container " + name + " is not valid for pod " + Json.name(pod));
        } else if (!Files.exists(file)) {
            throw StatusError.badRequest(
                    "container \"" + name + "\" in pod \"" + Json.name(pod) + "\" is waiting to start");
        }
        String tail = exchange.query("tailLines");
        BooleanSupplier more = () -> exchange.flag("follow")
                && store.get(target.key()).filter(p -> PodLogs.runs(p, name)).isPresent();
        try (OutputStream out = exchange.begin(200, "text/plain", 0)) {
            PodLogs.copy(file, tail.isEmpty() ? -1 : Long.parseLong(tail), more, out);
        }
    }
}
