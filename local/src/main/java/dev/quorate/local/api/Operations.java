package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectKey;
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
    /// @param subresource empty, `status` or `scale`
    /// @param validation of unknown fields: Strict refuses them, Warn lists them, Ignore says nothing
    /// @param warnings gets what the writer should know
    record Request(String manager, String subresource, boolean dryRun, String validation, List<String> warnings) {
        /// Of our own.
        static Request by(String manager, String subresource) {
            return new Request(manager, subresource, false, "Ignore", new ArrayList<>());
        }
    }

    static ObjectKey key(ResourceType type, String namespace, String name) {
        return new ObjectKey(type.resource(), type.namespaced() ? namespace : "", name);
    }

    ObjectNode get(ResourceType type, String namespace, String name) {
        return store.get(key(type, namespace, name)).orElseThrow(() -> StatusError.notFound(type, name));
    }

    boolean exists(ResourceType type, String namespace, String name) {
        return store.get(key(type, namespace, name)).isPresent();
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
            if (exists(type, namespace, Json.name(object))) {
                throw StatusError.alreadyExists(type, Json.name(object));
            }
            if (type.status() && type.custom()) {
                object.remove("status");
            }
            return insert(type, namespace, object, request, true);
        });
    }

    /// @param own whether the fields become the writer's; an applier has its own already
    private ObjectNode insert(ResourceType type, String namespace, ObjectNode object, Request request, boolean own) {
        String name = Json.name(object);
        if (!name.matches(NAME) && !(type.group().equals("rbac.authorization.k8s.io") && !name.isEmpty())) {
            String message = "Invalid value: \"" + name + "\": a lowercase RFC 1123 subdomain must consist of lower"
                    + " case alphanumeric characters, '-' or '.'";
            throw invalid(type, name, "FieldValueInvalid", "metadata.name", message);
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
        complete(type, object, MissingNode.getInstance(), request, !own);
        if (own) {
            new Apply(type).update(Json.object(), object, writer(type, request, "Update"));
        }
        return request.dryRun() ? object : store.put(key(type, namespace, name), object);
    }

    private static Apply.Writer writer(ResourceType type, Request request, String operation) {
        return new Apply.Writer(request.manager(), operation, type.apiVersion(), request.subresource());
    }

    /// Brings the object into the form in which it may be stored.
    private void complete(ResourceType type, ObjectNode object, JsonNode before, Request request, boolean applied) {
        Schemas schemas = new Schemas(type.custom(), new ArrayList<>(), new ArrayList<>());
        schemas.complete(object, type.schema(), "");
        if (!schemas.unknown().isEmpty()) {
            refuseOrWarn(type, object, schemas.unknown(), request, applied);
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
    }

    private static void refuseOrWarn(
            ResourceType type, JsonNode object, List<String> unknown, Request request, boolean applied) {
        if (applied) {
            String kind = type.apiVersion() + ", Kind=" + type.kind();
            String message = "failed to create typed patch object (" + Json.key(object) + "; " + kind + "): ."
                    + unknown.getFirst() + ": field not declared in schema";
            throw new StatusError(500, "", message);
        }
        List<String> findings =
                unknown.stream().map(f -> "unknown field \"" + f + "\"").toList();
        if (request.validation().equals("Strict")) {
            throw StatusError.badRequest(type.kind() + " in version \"" + type.version() + "\" cannot be handled as a "
                    + type.kind() + ": strict decoding error: " + String.join(", ", findings));
        }
        request.warnings().addAll(request.validation().equals("Ignore") ? List.of() : findings);
    }

    ObjectNode replace(ResourceType type, String namespace, String name, JsonNode body, Request request) {
        if (type.custom() && Json.text(body, "/metadata/resourceVersion").isEmpty()) {
            String message = "Invalid value: 0x0: must be specified for an update";
            throw invalid(type, name, "FieldValueInvalid", "metadata.resourceVersion", message);
        }
        return modify(type, namespace, name, live -> body, request);
    }

    private static StatusError invalid(ResourceType type, String name, String reason, String field, String message) {
        return StatusError.invalid(type, name, List.of(new StatusError.Cause(reason, message, field)));
    }

    /// Changes the newest state of an object by a function; for patches and for the controllers.
    ObjectNode modify(
            ResourceType type, String namespace, String name, UnaryOperator<JsonNode> change, Request request) {
        return store.atomically(() -> {
            ObjectNode live = get(type, namespace, name);
            JsonNode next = change.apply(live);
            return next.equals(live) ? live : write(type, live, checked(type, namespace, next), request, true);
        });
    }

    ObjectNode apply(ResourceType type, String namespace, String name, JsonNode body, Request request, boolean force) {
        return store.atomically(() -> {
            ObjectNode applied = checked(type, namespace, body);
            if (applied.path("metadata").hasNonNull("managedFields")) {
                throw StatusError.badRequest("metadata.managedFields must be nil");
            }
            Optional<ObjectNode> present = store.get(key(type, namespace, name));
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
                    ? write(type, before, merged, request, false)
                    : insert(type, namespace, merged, request, false);
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
    /// @param own whether the changed fields become the writer's; an applier has its own already
    private ObjectNode write(ResourceType type, ObjectNode live, ObjectNode wanted, Request request, boolean own) {
        checkVersion(type, live, wanted);
        checkSame(type, live, "UID", "uid", wanted.path("metadata"));
        boolean statusOnly = request.subresource().equals("status");
        ObjectNode next = statusOnly ? live.deepCopy() : wanted;
        ObjectNode metadata = next.withObject("/metadata");
        if (statusOnly) {
            copyField(wanted, next, "status");
            copyField(wanted.path("metadata"), metadata, "managedFields");
        } else {
            if (type.status()) {
                copyField(live, next, "status");
            }
            SERVER_OWNED.forEach(field -> copyField(live.path("metadata"), metadata, field));
            copyField(live.path("metadata"), metadata, "namespace");
            copyField(live.path("metadata"), metadata, "resourceVersion");
        }
        checkFinalizers(type, live, next);
        complete(type, next, live, request, !own);
        if (own) {
            new Apply(type).update(live, next, writer(type, request, "Update"));
        }
        if (next.equals(live)) {
            return live;
        }
        if (type.generation() && !wantedPart(type, next).equals(wantedPart(type, live))) {
            metadata.put("generation", metadata.path("generation").asLong() + 1);
        }
        if (request.dryRun()) {
            return next;
        }
        ObjectKey key = key(type, Json.namespace(live), Json.name(live));
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

    private static void checkFinalizers(ResourceType type, JsonNode live, JsonNode next) {
        List<String> added = new ArrayList<>(Json.texts(next.at("/metadata/finalizers")));
        added.removeAll(Json.texts(live.at("/metadata/finalizers")));
        if (Json.deleting(live) && !added.isEmpty()) {
            String message = "Forbidden: no new finalizers can be added if the object is being deleted, found new"
                    + " finalizers " + added;
            throw invalid(type, Json.name(live), "FieldValueForbidden", "metadata.finalizers", message);
        }
    }

    /// @param options a DeleteOptions object
    /// @return the object as it stays, with a deletionTimestamp; or as it was, if it is gone
    ObjectNode delete(ResourceType type, String namespace, String name, JsonNode options, Request request) {
        return store.atomically(() -> {
            ObjectNode live = get(type, namespace, name);
            checkSame(type, live, "UID", "uid", options.path("preconditions"));
            checkSame(type, live, "ResourceVersion", "resourceVersion", options.path("preconditions"));
            if (request.dryRun()) {
                return live;
            }
            ObjectKey key = key(type, namespace, name);
            ObjectNode next = live.deepCopy();
            ObjectNode metadata = next.withObject("/metadata");
            switch (options.path("propagationPolicy").asText()) {
                case "Orphan" -> Json.addText(metadata.withArray("finalizers"), "orphan");
                case "Foreground" -> Json.addText(metadata.withArray("finalizers"), "foregroundDeletion");
                case String other -> {}
            }
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
