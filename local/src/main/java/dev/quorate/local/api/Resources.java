package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Requests for objects: from method, URL and headers to [Operations], and back to JSON, Tables or watches.
final class Resources {
    private final ObjectStore store;
    private final Registry registry;
    private final Operations operations;

    Resources(ObjectStore store, Registry registry, Operations operations) {
        this.store = store;
        this.registry = registry;
        this.operations = operations;
    }

    /// @param path behind the group and version
    Optional<ApiServer.Target> target(String apiVersion, List<String> path) {
        boolean inNamespace = path.size() >= 3 && path.getFirst().equals("namespaces");
        String namespace = inNamespace ? path.get(1) : "";
        List<String> rest = inNamespace ? path.subList(2, path.size()) : path;
        // /namespaces/NAME/status is about the namespace itself.
        if (inNamespace && find(apiVersion, rest.getFirst()).isEmpty()) {
            namespace = "";
            rest = path;
        }
        Optional<ResourceType> type = find(apiVersion, rest.getFirst());
        if (type.isEmpty() || rest.size() > 3) {
            return Optional.empty();
        }
        return Optional.of(new ApiServer.Target(
                type.get(), namespace, rest.size() > 1 ? rest.get(1) : "", rest.size() > 2 ? rest.get(2) : ""));
    }

    private Optional<ResourceType> find(String apiVersion, String plural) {
        int slash = apiVersion.indexOf('/');
        String group = slash < 0 ? "" : apiVersion.substring(0, slash);
        return registry.find(group, apiVersion.substring(slash + 1), plural);
    }

    JsonNode get(ApiServer.Target target) {
        return operations.get(target.type(), target.namespace(), target.name());
    }

    void answer(Exchange exchange, ApiServer.Target target) {
        ResourceType type = target.type();
        boolean served =
                switch (target.subresource()) {
                    case "" -> true;
                    case "status" -> type.status();
                    case "scale" -> type.scale();
                    case "eviction" -> type.equals(Registry.PODS);
                    case String other -> false;
                };
        if (!served) {
            throw StatusError.of(
                    501,
                    "NotImplemented",
                    "the embedded mode has no " + target.subresource() + " of " + type.resource());
        }
        switch (exchange.method().name()) {
            case "GET" -> read(exchange, target);
            case "POST" -> post(exchange, target);
            case "PUT" -> put(exchange, target);
            case "PATCH" -> patch(exchange, target);
            case "DELETE" -> delete(exchange, target);
            case String other ->
                throw StatusError.of(405, "MethodNotAllowed", "the server does not allow this method on the resource");
        }
    }

    private void read(Exchange exchange, ApiServer.Target target) {
        if (exchange.flag("watch")) {
            new WatchStream(store, target, exchange, filter(exchange, target)).start();
        } else if (!target.name().isEmpty()) {
            JsonNode object = get(target);
            if (target.subresource().equals("scale")) {
                exchange.send(200, Scale.of(target.type(), object));
            } else {
                send(exchange, 200, target.type(), object);
            }
        } else {
            list(exchange, target);
        }
    }

    private static Predicate<ObjectNode> filter(Exchange exchange, ApiServer.Target target) {
        Predicate<ObjectNode> filter = Selectors.labels(exchange.query("labelSelector"))
                .and(Selectors.fields(exchange.query("fieldSelector")));
        return target.name().isEmpty()
                ? filter
                : filter.and(o -> o.at("/metadata/name").asText().equals(target.name()));
    }

    private void list(Exchange exchange, ApiServer.Target target) {
        ResourceType type = target.type();
        Predicate<ObjectNode> filter = filter(exchange, target);
        ObjectNode list = store.atomically(() -> {
            ObjectNode result = Json.object().put("kind", type.kind() + "List").put("apiVersion", type.apiVersion());
            result.putObject("metadata").put("resourceVersion", String.valueOf(store.revision()));
            ArrayNode items = result.putArray("items");
            store.list(type.resource(), target.namespace()).stream()
                    .filter(filter)
                    .forEach(items::add);
            return result;
        });
        send(exchange, 200, type, list);
    }

    private static void send(Exchange exchange, int code, ResourceType type, JsonNode node) {
        boolean table = exchange.header("Accept").contains("as=Table");
        exchange.send(code, table ? Tables.of(type, node, true) : node);
    }

    private static Operations.Request request(Exchange exchange, ApiServer.Target target) {
        String manager = exchange.query("fieldManager");
        if (manager.isEmpty()) {
            manager = exchange.header("User-Agent").split("/", 2)[0];
        }
        return new Operations.Request(
                manager.isEmpty() ? "unknown" : manager,
                target.subresource(),
                exchange.query("dryRun").equals("All"));
    }

    private static JsonNode body(Exchange exchange, ApiServer.Target target) {
        if (exchange.header("Content-Type").contains("protobuf")) {
            throw unsupportedMediaType(
                    "application/json, application/yaml (the embedded mode reads no protobuf: use kubectl apply -f)");
        }
        JsonNode body = Json.readBody(exchange.body());
        validate(exchange, target, body);
        return body;
    }

    private static StatusError unsupportedMediaType(String accepted) {
        return StatusError.of(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: " + accepted);
    }

    /// `fieldValidation`: unknown fields of custom kinds are an error, a warning or nothing.
    private static void validate(Exchange exchange, ApiServer.Target target, JsonNode body) {
        ResourceType type = target.type();
        String how = exchange.query("fieldValidation");
        if (!type.custom() || how.equals("Ignore") || !target.subresource().isEmpty()) {
            return;
        }
        List<String> unknown = Schemas.unknown(body, type.schema(), "", true);
        if (unknown.isEmpty()) {
            return;
        }
        if (how.equals("Strict")) {
            List<String> findings =
                    unknown.stream().map(f -> "unknown field \"" + f + "\"").toList();
            throw StatusError.badRequest(type.kind() + " in version \"" + type.version() + "\" cannot be handled as a "
                    + type.kind() + ": strict decoding error: " + String.join(", ", findings));
        }
        exchange.warn("unknown field \"" + unknown.getFirst() + "\"");
    }

    private void post(Exchange exchange, ApiServer.Target target) {
        if (target.subresource().equals("eviction")) {
            exchange.send(201, Eviction.evict(store, operations, target, request(exchange, target)));
            return;
        }
        if (!target.name().isEmpty()) {
            throw StatusError.of(405, "MethodNotAllowed", "the server does not allow this method on the resource");
        }
        ObjectNode created =
                operations.create(target.type(), target.namespace(), body(exchange, target), request(exchange, target));
        send(exchange, 201, target.type(), created);
    }

    private void put(Exchange exchange, ApiServer.Target target) {
        JsonNode body = body(exchange, target);
        if (target.subresource().equals("scale")) {
            exchange.send(200, Scale.of(target.type(), scale(exchange, target, live -> body)));
            return;
        }
        String name = body.at("/metadata/name").asText();
        if (!name.equals(target.name())) {
            throw StatusError.badRequest(
                    "the name of the object (" + name + ") does not match the name on the URL (" + target.name() + ")");
        }
        ObjectNode stored =
                operations.replace(target.type(), target.namespace(), target.name(), body, request(exchange, target));
        send(exchange, 200, target.type(), stored);
    }

    private ObjectNode scale(Exchange exchange, ApiServer.Target target, UnaryOperator<JsonNode> change) {
        return operations.modify(
                target.type(),
                target.namespace(),
                target.name(),
                live -> Scale.into(target.type(), live, change.apply(Scale.of(target.type(), live))),
                request(exchange, target));
    }

    private void patch(Exchange exchange, ApiServer.Target target) {
        String contentType = exchange.header("Content-Type").replaceFirst(";.*", "");
        JsonNode body = Json.readBody(exchange.body());
        ResourceType type = target.type();
        if (contentType.equals("application/apply-patch+yaml")) {
            apply(exchange, target, body);
            return;
        }
        UnaryOperator<JsonNode> change =
                switch (contentType) {
                    case "application/merge-patch+json" -> live -> Patches.merge(live, body);
                    case "application/json-patch+json" -> live -> Patches.json(live, body);
                    case "application/strategic-merge-patch+json" -> {
                        if (type.custom()) {
                            throw unsupportedMediaType(
                                    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
                        }
                        yield live -> Patches.strategic(live, body, new ListRules(type));
                    }
                    case String other ->
                        throw unsupportedMediaType(
                                "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
                };
        if (target.subresource().equals("scale")) {
            exchange.send(200, Scale.of(type, scale(exchange, target, change)));
            return;
        }
        ObjectNode stored = operations.modify(
                type,
                target.namespace(),
                target.name(),
                live -> {
                    JsonNode next = change.apply(live);
                    validate(exchange, target, next);
                    return next;
                },
                request(exchange, target));
        send(exchange, 200, type, stored);
    }

    private void apply(Exchange exchange, ApiServer.Target target, JsonNode body) {
        if (exchange.query("fieldManager").isEmpty()) {
            throw StatusError.of(
                    422,
                    "Invalid",
                    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply"
                            + " patch");
        }
        List<String> unknown =
                target.type().custom() ? Schemas.unknown(body, target.type().schema(), "", true) : List.of();
        if (!unknown.isEmpty()) {
            throw StatusError.of(
                    500,
                    "",
                    "failed to create typed patch object (" + target.namespace() + "/"
                            + target.name() + "; " + target.type().apiVersion() + ", Kind="
                            + target.type().kind() + "): ."
                            + unknown.getFirst() + ": field not declared in schema");
        }
        boolean present = operations.exists(target.type(), target.namespace(), target.name());
        ObjectNode stored = operations.apply(
                target.type(),
                target.namespace(),
                target.name(),
                body,
                request(exchange, target),
                exchange.flag("force"));
        send(exchange, present ? 200 : 201, target.type(), stored);
    }

    private void delete(Exchange exchange, ApiServer.Target target) {
        JsonNode options = ApiServer.deleteOptions(exchange);
        Operations.Request request = request(exchange, target);
        ResourceType type = target.type();
        if (!target.name().isEmpty()) {
            var deleted = operations.delete(type, target.namespace(), target.name(), options, request);
            exchange.send(
                    200,
                    deleted.gone() && !type.equals(Registry.PODS) ? success(type, deleted.object()) : deleted.object());
            return;
        }
        ObjectNode list = Json.object().put("kind", type.kind() + "List").put("apiVersion", type.apiVersion());
        list.putObject("metadata").put("resourceVersion", String.valueOf(store.revision()));
        ArrayNode items = list.putArray("items");
        store.list(type.resource(), target.namespace()).stream()
                .filter(filter(exchange, target))
                .forEach(o -> items.add(operations
                        .delete(
                                type,
                                o.at("/metadata/namespace").asText(),
                                o.at("/metadata/name").asText(),
                                options,
                                request)
                        .object()));
        exchange.send(200, list);
    }

    private static ObjectNode success(ResourceType type, JsonNode object) {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        ObjectNode details = status.put("status", "Success").putObject("details");
        details.put("name", object.at("/metadata/name").asText());
        if (!type.group().isEmpty()) {
            details.put("group", type.group());
        }
        details.put("kind", type.plural()).put("uid", object.at("/metadata/uid").asText());
        return status;
    }
}
