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
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Requests for objects: from method, URL and headers to [Operations], and back to JSON, Tables, watches or logs.
record Resources(Operations operations, Tables tables, PodLogs logs) {
    private ObjectStore store() {
        return operations.store();
    }

    private static final String PATCHES =
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

    void answer(Exchange exchange, Target target) throws IOException, InterruptedException {
        if (!target.served()) {
            String what = target.subresource() + " of " + target.type().resource();
            throw new StatusError(501, "NotImplemented", "the embedded mode has no " + what);
        }
        if (exchange.header("Content-Type").contains("protobuf")) {
            throw unsupported(
                    "application/json, application/yaml (the embedded mode reads no protobuf: use kubectl apply -f)");
        }
        ResourceType type = target.type();
        Operations.Request request = request(exchange);
        switch (exchange.method() + (target.name().isEmpty() ? "" : " NAME")) {
            case "GET", "GET NAME" -> read(exchange, target);
            case "POST" -> {
                ObjectNode created = operations.create(target, exchange.body(), request);
                exchange.send(201, shown(exchange, target, created));
            }
            case "PUT NAME", "PATCH NAME" -> {
                boolean present = store().get(target.key()).isPresent();
                exchange.send(present ? 200 : 201, shown(exchange, target, write(exchange, target, request)));
            }
            case "DELETE NAME" -> {
                ObjectNode last = delete(exchange, target);
                boolean stays = Json.deleting(last) || type.is("Pod");
                exchange.send(
                        200, stays ? last : Json.of("""
                        {kind: Status, apiVersion: v1, metadata: {}, status: Success,
                        details: {name: '%s', group: '%s', kind: %s, uid: '%s'}}
                        """, target.name(), type.group(), type.plural(), Json.uid(last)));
            }
            case "DELETE" -> {
                ObjectNode list = store().atomically(() -> list(exchange, target));
                list.path("items").forEach(o -> delete(exchange, Target.of(operations.registry(), o)));
                exchange.send(200, list);
            }
            case String other ->
                throw new StatusError(
                        405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        }
    }

    private static Operations.Request request(Exchange exchange) {
        String given = exchange.query("fieldManager");
        String manager = given.isEmpty() ? exchange.header("User-Agent").split("/", 2)[0] : given;
        return new Operations.Request(
                manager.isEmpty() ? "unknown" : manager,
                exchange.query("fieldValidation").equals("Strict"),
                exchange.query("dryRun").equals("All"));
    }

    private static StatusError unsupported(String accepted) {
        String message = "the body of the request was in an unknown format - accepted media types include: " + accepted;
        return new StatusError(415, "UnsupportedMediaType", message);
    }

    private void read(Exchange exchange, Target target) throws IOException, InterruptedException {
        if (exchange.flag("watch")) {
            new WatchStream(store(), target, exchange, filter(exchange, target), tables).run();
        } else if (target.name().isEmpty()) {
            exchange.send(200, shown(exchange, target, store().atomically(() -> list(exchange, target))));
        } else {
            ObjectNode object = operations.get(target);
            if (target.subresource().equals("log")) {
                sendLog(exchange, target, object);
            } else {
                exchange.send(200, shown(exchange, target, object));
            }
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
                type.kind(), type.apiVersion(), store().revision());
        store().list(type.resource(), target.namespace()).stream()
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
        UnaryOperator<JsonNode> change;
        if (exchange.method().equals("PUT")) {
            if (!target.isScale() && !Json.name(body).equals(target.name())) {
                throw StatusError.badRequest("the name of the object (" + Json.name(body)
                        + ") does not match the name on the URL (" + target.name() + ")");
            }
            change = live -> body;
        } else {
            switch (exchange.header("Content-Type").replaceFirst(";.*", "")) {
                case "application/apply-patch+yaml" -> {
                    return operations.apply(target, body, request, exchange.flag("force"));
                }
                case "application/merge-patch+json" -> change = live -> Patches.merge(live, body);
                case "application/json-patch+json" -> change = live -> Patches.json(live, body);
                case String other -> {
                    if (type.custom() || !other.equals("application/strategic-merge-patch+json")) {
                        throw unsupported(PATCHES);
                    }
                    change = live -> Patches.strategic(live, body, type.schema());
                }
            }
        }
        UnaryOperator<JsonNode> whole =
                target.isScale() ? live -> type.withScale(live, change.apply(type.scaleOf(live))) : change;
        return operations.modify(target, whole, request);
    }

    private ObjectNode delete(Exchange exchange, Target target) {
        ObjectNode options = exchange.body() instanceof ObjectNode o ? o : Json.object();
        for (String option : List.of("gracePeriodSeconds", "propagationPolicy")) {
            if (!exchange.query(option).isEmpty()) {
                options.put(option, exchange.query(option));
            }
        }
        return operations.delete(target, options, exchange.query("dryRun").equals("All"));
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
            String container = "container \"" + name + "\" in pod \"" + Json.name(pod) + "\"";
            throw StatusError.badRequest(container + " is waiting to start");
        }
        String tail = exchange.query("tailLines");
        BooleanSupplier more = () -> exchange.flag("follow")
                && store().get(target.key()).filter(p -> PodLogs.runs(p, name)).isPresent();
        try (OutputStream out = exchange.begin(200, "text/plain", 0)) {
            PodLogs.copy(file, tail.isEmpty() ? -1 : Long.parseLong(tail), more, out);
        }
    }
}
