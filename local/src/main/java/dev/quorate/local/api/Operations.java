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
import java.util.function.Function;

/// What writes mean, whoever asks: identity, generations, subresources, finalizers, deletion, ownership of fields. Each
/// call is one step under the store's lock. Any thread.
record Operations(ObjectStore store, Registry registry, CelRules rules) {
    private static final List<String> SERVER_OWNED = List.of(
            "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "name");

    /// Who writes, and how.
    ///
    /// @param manager owns what is written; empty for controllers, who own nothing and write the status with the
    /// rest
    /// @param strict whether unknown fields are refused, and not only left out
    /// @param applies whether that is server-side apply, which says itself who owns what
    record Request(String manager, boolean strict, boolean dryRun, boolean applies) {
        static final Request CONTROLLER = new Request("", false, false, false);
    }

    ObjectNode get(Target target) {
        return store.get(target.key()).orElseThrow(() -> StatusError.notFound(target));
    }

    /// @param collection where the object is to be
    ObjectNode create(Target collection, JsonNode body, Request request) {
        return store.atomically(() -> {
            ObjectNode object = checked(collection, body);
            Target target = collection.named(Json.name(object));
            if (store.get(target.key()).isPresent()) {
                throw StatusError.alreadyExists(target);
            }
            if (target.type().status() && target.type().custom()) {
                object.remove("status");
            }
            return insert(target, object, request);
        });
    }

    private ObjectNode insert(Target target, ObjectNode object, Request request) {
        ResourceType type = target.type();
        String namespace = type.namespaced() ? target.namespace() : "";
        if (type.namespaced() && Json.deleting(get(new Target(registry.builtIn("Namespace"), "", namespace, "")))) {
            String message = "unable to create new content in namespace " + namespace + ": it is being terminated";
            throw new StatusError(403, "Forbidden", message);
        }
        ObjectNode metadata = object.withObject("/metadata");
        SERVER_OWNED.forEach(metadata::remove);
        metadata.put("name", target.name()).put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", Json.now());
        Json.putUnlessEmpty(metadata, "namespace", namespace);
        Json.putUnlessEmpty(metadata, "generation", type.generation() ? 1 : 0);
        complete(target, object, MissingNode.getInstance(), request);
        return request.dryRun() ? object : store.put(target.key(), object);
    }

    private static Apply.Writer writer(Target target, Request request) {
        String operation = request.applies() ? "Apply" : "Update";
        return new Apply.Writer(request.manager(), operation, target.type().apiVersion(), target.subresource());
    }

    /// Brings the object into the form in which it may be stored.
    private void complete(Target target, ObjectNode object, JsonNode before, Request request) {
        ResourceType type = target.type();
        Schemas schemas = new Schemas(rules, type.custom(), new ArrayList<>(), new ArrayList<>());
        schemas.complete(object, before, type.schema(), "");
        if (!schemas.unknown().isEmpty() && (request.applies() || request.strict())) {
            String fields = String.join("\", unknown field \"", schemas.unknown());
            throw StatusError.badRequest(type.kind() + " in version \"" + type.version() + "\" cannot be handled as a "
                    + type.kind() + ": strict decoding error: unknown field \"" + fields + "\"");
        } else if (!schemas.faults().isEmpty()) {
            throw StatusError.invalid(target, schemas.faults());
        }
        if (type.is("Secret") && object.remove("stringData") instanceof ObjectNode texts) {
            texts.properties().forEach(text -> {
                byte[] bytes = text.getValue().asText().getBytes(StandardCharsets.UTF_8);
                object.withObject("/data")
                        .put(text.getKey(), Base64.getEncoder().encodeToString(bytes));
            });
        }
        if (!request.applies() && !request.manager().isEmpty()) {
            new Apply(target).update(before, object, writer(target, request));
        }
    }

    /// Changes the newest state of an object by a function, which may change what it is given.
    ObjectNode modify(Target target, Function<ObjectNode, JsonNode> change, Request request) {
        return store.atomically(() -> {
            ObjectNode live = get(target);
            JsonNode next = change.apply(live.deepCopy());
            return next.equals(live) ? live : write(target, live, checked(target, next), request);
        });
    }

    ObjectNode apply(Target target, JsonNode body, Request request, boolean force) {
        return store.atomically(() -> {
            ObjectNode applied = checked(target, body);
            boolean whole = target.subresource().isEmpty();
            Optional<ObjectNode> present = whole ? store.get(target.key()) : Optional.of(get(target));
            present.ifPresent(live -> checkVersion(target, live, applied));
            applied.withObject("/metadata").put("name", target.name()).remove("resourceVersion");
            if (whole && target.type().status()) {
                applied.remove("status");
            }
            ObjectNode before = present.orElseGet(Json::object);
            ObjectNode merged = new Apply(target).apply(before, applied, writer(target, request), force);
            return present.isEmpty() ? insert(target, merged, request) : write(target, before, merged, request);
        });
    }

    private static void checkVersion(Target target, JsonNode live, JsonNode object) {
        String version = Json.text(object, "/metadata/resourceVersion");
        if (!version.isEmpty() && !version.equals(Json.text(live, "/metadata/resourceVersion"))) {
            String why = "the object has been modified; please apply your changes to the latest version and try again";
            throw StatusError.conflict(target, why);
        }
    }

    /// The common end of all changes to an existing object.
    private ObjectNode write(Target target, ObjectNode live, ObjectNode wanted, Request request) {
        checkVersion(target, live, wanted);
        ResourceType type = target.type();
        boolean statusOnly = target.subresource().equals("status");
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
        complete(target, next, live, request);
        if (next.equals(live)) {
            return live;
        }
        if (type.generation() && !wantedPart(type, next).equals(wantedPart(type, live))) {
            metadata.put("generation", metadata.path("generation").asLong() + 1);
        }
        if (request.dryRun()) {
            return next;
        }
        boolean gone = Json.deleting(next)
                && metadata.path("finalizers").isEmpty()
                && metadata.path("deletionGracePeriodSeconds").asLong() == 0;
        return gone ? store.remove(target.key(), next) : store.put(target.key(), next);
    }

    private static void copyField(JsonNode from, ObjectNode to, String field) {
        to.set(field, from.path(field).deepCopy());
        if (!from.has(field)) {
            to.remove(field);
        }
    }

    private static ObjectNode wantedPart(ResourceType type, ObjectNode object) {
        return object.deepCopy().without(type.status() ? List.of("metadata", "status") : List.of("metadata"));
    }

    /// @param options a DeleteOptions object, or missing
    /// @return the object as it stays, with a deletionTimestamp; or as it was, if it is gone
    ObjectNode delete(Target target, JsonNode options, Request request) {
        return store.atomically(() -> {
            ObjectNode live = get(target);
            String uid = options.at("/preconditions/uid").asText(Json.uid(live));
            if (!uid.equals(Json.uid(live))) {
                throw StatusError.conflict(target, "the UID in the precondition does not match the UID in record");
            }
            String policy = options.path("propagationPolicy").asText("Background");
            if (!policy.equals("Background")) {
                throw StatusError.badRequest("the embedded mode has no propagationPolicy " + policy);
            } else if (request.dryRun()) {
                return live;
            }
            ObjectNode next = live.deepCopy();
            ObjectNode metadata = next.withObject("/metadata");
            // Pods on a node are given time.
            long terms = live.at("/spec/terminationGracePeriodSeconds").asLong();
            boolean placed = live.path("spec").has("nodeName");
            long grace = placed ? options.path("gracePeriodSeconds").asLong(terms) : 0;
            if (metadata.path("finalizers").isEmpty() && grace == 0) {
                return store.remove(target.key(), next);
            }
            boolean first = !Json.deleting(live);
            if (first || grace < metadata.path("deletionGracePeriodSeconds").asLong()) {
                Instant end = Instant.parse(Json.now()).plusSeconds(grace);
                metadata.put("deletionTimestamp", end.toString()).put("deletionGracePeriodSeconds", grace);
                if (first && target.type().generation()) {
                    metadata.put("generation", metadata.path("generation").asLong() + 1);
                }
            }
            return next.equals(live) ? live : store.put(target.key(), next);
        });
    }

    /// A copy of the body, of the kind and in the namespace that it should have.
    private static ObjectNode checked(Target target, JsonNode body) {
        ResourceType type = target.type();
        String version = body.path("apiVersion").asText(type.apiVersion());
        String kind = body.path("kind").asText(type.kind());
        if (!body.isObject() || !version.equals(type.apiVersion()) || !kind.equals(type.kind())) {
            throw StatusError.badRequest("the object provided is unrecognized (must be of type " + type.kind()
                    + "): it is " + version + " " + kind);
        }
        String given = Json.namespace(body);
        if (type.namespaced() && !given.isEmpty() && !given.equals(target.namespace())) {
            throw StatusError.badRequest("the namespace of the provided object does not match that of the request");
        }
        return ((ObjectNode) body.deepCopy()).put("apiVersion", version).put("kind", kind);
    }
}
