package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// What writes mean, whoever asks: identity, generations, subresources, finalizers, deletion, ownership of fields. Each
/// call is one step under the store's lock. Any thread.
record Operations(ObjectStore store, Registry registry, CelRules rules) {
    private static final String NAME = "[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?";
    private static final List<String> SERVER_OWNED = List.of(
            "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "name");

    /// Who writes, and how.
    ///
    /// @param manager owns what is written; empty for controllers, who own nothing and write status and all else
    /// alike
    /// @param subresource empty, `status` or `scale`
    /// @param strict whether unknown fields are refused, and not only left out
    record Request(String manager, String subresource, boolean strict, boolean dryRun) {
        static final Request CONTROLLER = new Request("", "", false, false);
    }

    ObjectNode get(ResourceType type, String namespace, String name) {
        return store.get(type.key(namespace, name)).orElseThrow(() -> StatusError.notFound(type, name));
    }

    ObjectNode create(ResourceType type, String namespace, JsonNode body, Request request) {
        return store.atomically(() -> {
            ObjectNode object = checked(type, namespace, body);
            ObjectNode metadata = object.withObject("/metadata");
            if (!Json.text(object, "/metadata/resourceVersion").isEmpty()) {
                throw new StatusError(500, "", "resourceVersion should not be set on objects to be created");
            }
            if (Json.name(object).isEmpty() && metadata.has("generateName")) {
                String suffix = UUID.randomUUID().toString().substring(0, 5);
                metadata.put("name", metadata.path("generateName").asText() + suffix);
            }
            if (store.get(type.key(namespace, Json.name(object))).isPresent()) {
                throw StatusError.alreadyExists(type, Json.name(object));
            }
            if (type.status() && type.custom()) {
                object.remove("status");
            }
            return insert(type, namespace, object, request, false);
        });
    }

    /// @param applied by an applier, who owns its fields already
    private ObjectNode insert(
            ResourceType type, String namespace, ObjectNode object, Request request, boolean applied) {
        String name = Json.name(object);
        if (!name.matches(NAME) && !(type.group().equals("rbac.authorization.k8s.io") && !name.isEmpty())) {
            String message = "Invalid value: \"" + name + "\": a lowercase RFC 1123 subdomain must consist of lower"
                    + " case alphanumeric characters, '-' or '.'";
            throw invalid(type, name, "metadata.name", message);
        }
        if (type.namespaced() && Json.deleting(get(registry.builtIn("Namespace"), "", namespace))) {
            String message =
                    "unable to create new content in namespace " + namespace + " because it is being terminated";
            throw new StatusError(403, "Forbidden", message);
        }
        ObjectNode metadata = object.withObject("/metadata");
        SERVER_OWNED.forEach(metadata::remove);
        metadata.put("name", name).put("uid", UUID.randomUUID().toString()).put("creationTimestamp", Json.now());
        Json.putOrRemove(metadata, "namespace", namespace, !type.namespaced());
        Json.putOrRemove(metadata, "generation", 1, !type.generation());
        complete(type, object, MissingNode.getInstance(), request, applied);
        return request.dryRun() ? object : store.put(type.key(namespace, name), object);
    }

    private static Apply.Writer writer(ResourceType type, Request request, String operation) {
        return new Apply.Writer(request.manager(), operation, type.apiVersion(), request.subresource());
    }

    /// Brings the object into the form in which it may be stored.
    private void complete(ResourceType type, ObjectNode object, JsonNode before, Request request, boolean applied) {
        Schemas schemas = new Schemas(type.custom(), new ArrayList<>(), new ArrayList<>());
        schemas.complete(object, type.schema(), "");
        if (!schemas.unknown().isEmpty() && applied) {
            String kind = type.apiVersion() + ", Kind=" + type.kind();
            String message = "failed to create typed patch object (" + Json.key(object) + "; " + kind + "): ."
                    + schemas.unknown().getFirst() + ": field not declared in schema";
            throw new StatusError(500, "", message);
        } else if (!schemas.unknown().isEmpty() && request.strict()) {
            List<String> findings = schemas.unknown().stream()
                    .map(f -> "unknown field \"" + f + "\"")
                    .toList();
            throw StatusError.badRequest(type.kind() + " in version \"" + type.version() + "\" cannot be handled as a "
                    + type.kind() + ": strict decoding error: " + String.join(", ", findings));
        }
        if (schemas.faults().isEmpty()) {
            rules.check(object, before, type.schema(), "", schemas.faults());
        }
        if (!schemas.faults().isEmpty()) {
            throw StatusError.invalid(type, Json.name(object), schemas.faults());
        }
        if (type.is("Secret") && object.remove("stringData") instanceof ObjectNode texts) {
            Base64.Encoder base64 = Base64.getEncoder();
            texts.properties().forEach(e -> object.withObject("/data")
                    .put(e.getKey(), base64.encodeToString(e.getValue().asText().getBytes(StandardCharsets.UTF_8))));
        }
        if (!applied && !request.manager().isEmpty()) {
            new Apply(type).update(before, object, writer(type, request, "Update"));
        }
    }

    private static StatusError invalid(ResourceType type, String name, String field, String message) {
        return StatusError.invalid(type, name, List.of(new StatusError.Cause("FieldValueInvalid", message, field)));
    }

    /// Changes the newest state of an object by a function; for patches and for the controllers.
    ObjectNode modify(
            ResourceType type, String namespace, String name, UnaryOperator<JsonNode> change, Request request) {
        return store.atomically(() -> {
            ObjectNode live = get(type, namespace, name);
            JsonNode next = change.apply(live);
            return next.equals(live) ? live : write(type, live, checked(type, namespace, next), request, false);
        });
    }

    ObjectNode apply(ResourceType type, String namespace, String name, JsonNode body, Request request, boolean force) {
        return store.atomically(() -> {
            ObjectNode applied = checked(type, namespace, body);
            if (applied.path("metadata").hasNonNull("managedFields")) {
                throw StatusError.badRequest("metadata.managedFields must be nil");
            }
            Optional<ObjectNode> present = store.get(type.key(namespace, name));
            if (present.isEmpty() && !request.subresource().isEmpty()) {
                throw StatusError.notFound(type, name);
            }
            present.ifPresent(live -> checkVersion(type, live, applied));
            applied.withObject("/metadata").put("name", name).remove("resourceVersion");
            if (request.subresource().isEmpty() && type.status()) {
                applied.remove("status");
            }
            ObjectNode before = present.orElseGet(Json::object);
            ObjectNode merged = new Apply(type).apply(before, applied, writer(type, request, "Apply"), force);
            return present.isPresent()
                    ? write(type, before, merged, request, true)
                    : insert(type, namespace, merged, request, true);
        });
    }

    private static void checkVersion(ResourceType type, JsonNode live, JsonNode object) {
        String version = Json.text(object, "/metadata/resourceVersion");
        if (!version.isEmpty() && !version.equals(Json.text(live, "/metadata/resourceVersion"))) {
            throw StatusError.conflict(
                    type,
                    Json.name(live),
                    "the object has been modified; please apply your changes to the latest version and try again");
        }
    }

    /// The common end of all changes to an existing object.
    ///
    /// @param applied by an applier, who owns its fields already
    private ObjectNode write(ResourceType type, ObjectNode live, ObjectNode wanted, Request request, boolean applied) {
        checkVersion(type, live, wanted);
        boolean statusOnly = request.subresource().equals("status");
        ObjectNode next = statusOnly ? live.deepCopy() : wanted;
        ObjectNode metadata = next.withObject("/metadata");
        if (statusOnly) {
            copyField(wanted, next, "status");
            copyField(wanted.path("metadata"), metadata, "managedFields");
        } else {
            if (type.status() && !request.manager().isEmpty()) {
                copyField(live, next, "status");
            }
            SERVER_OWNED.forEach(field -> copyField(live.path("metadata"), metadata, field));
            copyField(live.path("metadata"), metadata, "namespace");
            copyField(live.path("metadata"), metadata, "resourceVersion");
        }
        complete(type, next, live, request, applied);
        if (next.equals(live)) {
            return live;
        }
        if (type.generation() && !wantedPart(type, next).equals(wantedPart(type, live))) {
            metadata.put("generation", metadata.path("generation").asLong() + 1);
        }
        if (request.dryRun()) {
            return next;
        }
        String key = type.key(Json.namespace(live), Json.name(live));
        boolean gone = Json.deleting(next)
                && metadata.path("finalizers").isEmpty()
                && metadata.path("deletionGracePeriodSeconds").asLong() == 0;
        return gone ? store.remove(key, next) : store.put(key, next);
    }

    private static void copyField(JsonNode from, ObjectNode to, String field) {
        Json.putOrRemove(to, field, from.path(field).deepCopy(), !from.has(field));
    }

    private static ObjectNode wantedPart(ResourceType type, ObjectNode object) {
        return object.deepCopy().without(type.status() ? List.of("metadata", "status") : List.of("metadata"));
    }

    /// @param options a DeleteOptions object
    /// @return the object as it stays, with a deletionTimestamp; or as it was, if it is gone
    ObjectNode delete(ResourceType type, String namespace, String name, JsonNode options, boolean dryRun) {
        return store.atomically(() -> {
            ObjectNode live = get(type, namespace, name);
            checkSame(type, live, "UID", "uid", options.path("preconditions"));
            checkSame(type, live, "ResourceVersion", "resourceVersion", options.path("preconditions"));
            String policy = options.path("propagationPolicy").asText("Background");
            if (!policy.equals("Background")) {
                throw StatusError.badRequest("the embedded mode has no propagationPolicy " + policy);
            } else if (dryRun) {
                return live;
            }
            String key = type.key(namespace, name);
            ObjectNode next = live.deepCopy();
            ObjectNode metadata = next.withObject("/metadata");
            // Pods on a node are given time.
            long terms = live.at("/spec/nodeName").isMissingNode()
                    ? 0
                    : live.at("/spec/terminationGracePeriodSeconds").asLong();
            long grace = Math.min(terms, options.path("gracePeriodSeconds").asLong(terms));
            if (metadata.path("finalizers").isEmpty() && grace == 0) {
                return store.remove(key, next);
            }
            boolean first = !Json.deleting(live);
            if (first || grace < metadata.path("deletionGracePeriodSeconds").asLong()) {
                Instant end = Instant.parse(Json.now()).plusSeconds(grace);
                metadata.put("deletionTimestamp", end.toString()).put("deletionGracePeriodSeconds", grace);
                if (first && type.generation()) {
                    metadata.put("generation", metadata.path("generation").asLong() + 1);
                }
            }
            return next.equals(live) ? live : store.put(key, next);
        });
    }

    private static void checkSame(ResourceType type, JsonNode live, String label, String field, JsonNode wanted) {
        String given = wanted.path(field).asText();
        String present = Json.text(live, "/metadata/" + field);
        if (!given.isEmpty() && !given.equals(present)) {
            String message = "the %s in the precondition (%s) does not match the %s in record (%s). The object might"
                    + " have been deleted and then recreated";
            throw StatusError.conflict(type, Json.name(live), message.formatted(label, given, label, present));
        }
    }

    /// A copy of the body, of the kind and in the namespace that it should have.
    private static ObjectNode checked(ResourceType type, String namespace, JsonNode body) {
        String version = body.path("apiVersion").asText(type.apiVersion());
        String kind = body.path("kind").asText(type.kind());
        if (!body.isObject() || !version.equals(type.apiVersion()) || !kind.equals(type.kind())) {
            throw StatusError.badRequest("the object provided is unrecognized (must be of type " + type.kind()
                    + "): it is " + version + " " + kind);
        }
        String given = Json.namespace(body);
        if (type.namespaced() && !given.isEmpty() && !given.equals(namespace)) {
            throw StatusError.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        return ((ObjectNode) body.deepCopy()).put("apiVersion", version).put("kind", kind);
    }
}
