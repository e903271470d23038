package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Requests for objects: from method, URL and headers to [Operations], and back to JSON, Tables, watches or logs.
final class Resources {
    private static final String PATCHES =
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

    private final ObjectStore store;
    private final Registry registry;
    private final Operations operations;
    private final Tables tables;
    private volatile @Nullable PodLogs logs;

    Resources(ObjectStore store, Registry registry, Operations operations, Tables tables) {
        this.store = store;
        this.registry = registry;
        this.operations = operations;
        this.tables = tables;
    }

    void logsFrom(PodLogs runtime) {
        logs = runtime;
    }

    /// False if the path names no kind.
    boolean answer(Exchange exchange, List<String> path) {
        Optional<Target> found = Target.of(registry, path);
        if (found.isEmpty()) {
            return false;
        }
        Target target = found.get();
        if (!target.served()) {
            String what = target.subresource() + " of " + target.type().resource();
            throw new StatusError(501, "NotImplemented", "the embedded mode has no " + what);
        }
        switch (exchange.method() + (target.name().isEmpty() ? "" : " NAME")) {
            case "GET", "GET NAME" -> read(exchange, target);
            case "POST" -> post(exchange, target);
            case "PUT NAME" -> put(exchange, target);
            case "PATCH NAME" -> patch(exchange, target);
            case "DELETE" -> deleteAll(exchange, target);
            case "DELETE NAME" -> delete(exchange, target);
            case String other ->
                throw new StatusError(
                        405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        }
        return true;
    }

    private void read(Exchange exchange, Target target) {
        if (exchange.flag("watch")) {
            new WatchStream(store, target, exchange, filter(exchange, target), tables).run();
        } else if (target.name().isEmpty()) {
            send(exchange, 200, target.type(), store.atomically(() -> list(exchange, target)));
        } else if (target.subresource().equals("log")) {
            sendLog(exchange, target);
        } else {
            ObjectNode object = operations.get(target.type(), target.namespace(), target.name());
            boolean scale = target.subresource().equals("scale");
            send(exchange, 200, target.type(), scale ? target.type().scaleOf(object) : object);
        }
    }

    private static Predicate<ObjectNode> filter(Exchange exchange, Target target) {
        return Selectors.labels(exchange.query("labelSelector"))
                .and(Selectors.fields(exchange.query("fieldSelector")))
                .and(o -> target.name().isEmpty() || target.name().equals(Json.name(o)));
    }

    private ObjectNode list(Exchange exchange, Target target) {
        ObjectNode list = Json.of(
                "{kind: %sList, apiVersion: %s, metadata: {resourceVersion: '%s'}, items: []}",
                target.type().kind(), target.type().apiVersion(), store.revision());
        store.list(target.type().resource(), target.namespace()).stream()
                .filter(filter(exchange, target))
                .forEach(list.withArray("items")::add);
        return list;
    }

    private void send(Exchange exchange, int code, ResourceType type, JsonNode node) {
        exchange.send(code, exchange.wantsTable() ? tables.of(type, node, true) : node);
    }

    private static Operations.Request request(Exchange exchange, Target target) {
        String agent = exchange.header("User-Agent").split("/", 2)[0];
        String manager = exchange.query("fieldManager").isEmpty() ? agent : exchange.query("fieldManager");
        boolean dryRun = exchange.query("dryRun").equals("All");
        return new Operations.Request(manager.isEmpty() ? "unknown" : manager, target.subresource(), dryRun);
    }

    private static JsonNode body(Exchange exchange, Target target) {
        if (exchange.header("Content-Type").contains("protobuf")) {
            throw unsupportedMediaType(
                    "application/json, application/yaml (the embedded mode reads no protobuf: use kubectl apply -f)");
        }
        return validated(exchange, target, exchange.body());
    }

    private static StatusError unsupportedMediaType(String accepted) {
        String message = "the body of the request was in an unknown format - accepted media types include: " + accepted;
        return new StatusError(415, "UnsupportedMediaType", message);
    }

    /// `fieldValidation`: unknown fields of custom kinds are an error, a warning or nothing.
    private static JsonNode validated(Exchange exchange, Target target, JsonNode body) {
        ResourceType type = target.type();
        String how = exchange.query("fieldValidation");
        if (!type.custom() || how.equals("Ignore") || !target.subresource().isEmpty()) {
            return body;
        }
        List<String> findings = Schemas.unknown(body, type.schema(), "", false).stream()
                .map(f -> "unknown field \"" + f + "\"")
                .toList();
        if (how.equals("Strict") && !findings.isEmpty()) {
            throw StatusError.badRequest(type.kind() + " in version \"" + type.version() + "\" cannot be handled as a "
                    + type.kind() + ": strict decoding error: " + String.join(", ", findings));
        }
        findings.forEach(exchange::warn);
        return body;
    }

    private void post(Exchange exchange, Target target) {
        JsonNode body = body(exchange, target);
        send(
                exchange,
                201,
                target.type(),
                operations.create(target.type(), target.namespace(), body, request(exchange, target)));
    }

    private void put(Exchange exchange, Target target) {
        JsonNode body = body(exchange, target);
        if (target.subresource().equals("scale")) {
            modify(exchange, target, live -> body);
            return;
        }
        String name = Json.name(body);
        if (!name.equals(target.name())) {
            throw StatusError.badRequest(
                    "the name of the object (" + name + ") does not match the name on the URL (" + target.name() + ")");
        }
        send(
                exchange,
                200,
                target.type(),
                operations.replace(target.type(), target.namespace(), name, body, request(exchange, target)));
    }

    private void modify(Exchange exchange, Target target, UnaryOperator<JsonNode> change) {
        ResourceType type = target.type();
        boolean scale = target.subresource().equals("scale");
        UnaryOperator<JsonNode> whole = scale
                ? live -> type.withScale(live, change.apply(type.scaleOf(live)))
                : live -> validated(exchange, target, change.apply(live));
        ObjectNode stored =
                operations.modify(type, target.namespace(), target.name(), whole, request(exchange, target));
        send(exchange, 200, type, scale ? type.scaleOf(stored) : stored);
    }

    private void patch(Exchange exchange, Target target) {
        ResourceType type = target.type();
        JsonNode body = exchange.body();
        switch (exchange.header("Content-Type").replaceFirst(";.*", "")) {
            case "application/apply-patch+yaml" -> apply(exchange, target, body);
            case "application/merge-patch+json" -> modify(exchange, target, live -> Patches.merge(live, body));
            case "application/json-patch+json" -> modify(exchange, target, live -> Patches.json(live, body));
            case "application/strategic-merge-patch+json" -> {
                if (type.custom()) {
                    throw unsupportedMediaType(PATCHES);
                }
                modify(exchange, target, live -> Patches.strategic(live, body, type));
            }
            case String other -> throw unsupportedMediaType(PATCHES);
        }
    }

    private void apply(Exchange exchange, Target target, JsonNode body) {
        ResourceType type = target.type();
        if (exchange.query("fieldManager").isEmpty()) {
            throw new StatusError(
                    422,
                    "Invalid",
                    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply"
                            + " patch");
        }
        List<String> unknown = type.custom() ? Schemas.unknown(body, type.schema(), "", false) : List.of();
        if (!unknown.isEmpty()) {
            String object =
                    "%s/%s; %s, Kind=%s".formatted(target.namespace(), target.name(), type.apiVersion(), type.kind());
            String message = "failed to create typed patch object (" + object + "): ." + unknown.getFirst()
                    + ": field not declared in schema";
            throw new StatusError(500, "", message);
        }
        boolean present = operations.exists(type, target.namespace(), target.name());
        Operations.Request request = request(exchange, target);
        ObjectNode stored =
                operations.apply(type, target.namespace(), target.name(), body, request, exchange.flag("force"));
        send(exchange, present ? 200 : 201, type, stored);
    }

    private void delete(Exchange exchange, Target target) {
        ResourceType type = target.type();
        var deleted = operations.delete(
                type, target.namespace(), target.name(), exchange.deleteOptions(), request(exchange, target));
        ObjectNode object = deleted.object();
        exchange.send(
                200,
                !deleted.gone() || type.is("Pod")
                        ? object
                        : Json.of(
                                "{kind: Status, apiVersion: v1, metadata: {}, status: Success, details: {name: '%s',"
                                        + " group: '%s', kind: %s, uid: '%s'}}",
                                Json.name(object), type.group(), type.plural(), Json.uid(object)));
    }

    private void deleteAll(Exchange exchange, Target target) {
        ObjectNode options = exchange.deleteOptions();
        ObjectNode list = store.atomically(() -> list(exchange, target));
        list.path("items")
                .forEach(o -> operations.delete(
                        target.type(), Json.namespace(o), Json.name(o), options, request(exchange, target)));
        exchange.send(200, list);
    }

    private void sendLog(Exchange exchange, Target target) {
        ObjectNode pod = operations.get(target.type(), target.namespace(), target.name());
        List<String> names = new ArrayList<>();
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                names.add(container.path("name").asText());
            }
        }
        String container = exchange.query("container").isEmpty() ? names.getFirst() : exchange.query("container");
        if (!names.contains(container)) {
            throw StatusError.badRequest("container " + container + " is not valid for pod " + target.name());
        }
        String tail = exchange.query("tailLines");
        PodLogs.Request request = new PodLogs.Request(
                target.namespace(),
                target.name(),
                container,
                tail.isEmpty() ? -1 : Long.parseLong(tail),
                exchange.flag("follow"),
                exchange.flag("timestamps"),
                exchange.flag("previous"));
        PodLogs runtime = logs;
        if (runtime == null) {
            throw StatusError.badRequest("no pods run here");
        }
        runtime.problem(request).ifPresent(problem -> {
            throw StatusError.badRequest(problem);
        });
        exchange.begin(200, "text/plain", 0);
        try {
            runtime.copy(request, line -> exchange.write((line + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        exchange.end();
    }
}
