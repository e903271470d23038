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
    /// @param strict whether unknown fields are refused, and not only left out
    record Request(String manager, boolean strict, boolean dryRun) {
        static final Request CONTROLLER = new Request("", false, false);
    }

    ObjectNode get(Target target) {
        return store.get(target.key()).orElseThrow(() -> StatusError.notFound(target));
    }

    /// @param collection where the object is to be
    ObjectNode create(Target collection, JsonNode body, Request request) {
        return store.atomically(() -> {
            ObjectNode object = checked(collection, body);
            ObjectNode metadata = object.withObject("/metadata");
            if (!Json.text(object, "/metadata/resourceVersion").isEmpty()) {
                throw new StatusError(500, "", "resourceVersion should not be set on objects to be created");
            }
            if (Json.name(object).isEmpty() && metadata.has("generateName")) {
                String suffix = UUID.randomUUID().toString().substring(0, 5);
                metadata.put("name", metadata.path("generateName").asText() + suffix);
            }
            Target target = collection.named(Json.name(object));
            if (store.get(target.key()).isPresent()) {
                throw StatusError.alreadyExists(target);
            }
            if (target.type().status() && target.type().custom()) {
                object.remove("status");
            }
            return insert(target, object, request, false);
        });
    }

    /// @param applied by an applier, who owns its fields already
    private ObjectNode insert(Target target, ObjectNode object, Request request, boolean applied) {
        ResourceType type = target.type();
        String name = target.name();
        if (!name.matches(NAME) && !type.group().equals("rbac.authorization.k8s.io")) {
            String message = "Invalid value: \"" + name + "\": a lowercase RFC 1123 subdomain must consist of lower"
                    + " case alphanumeric characters, '-' or '.'";
            var fault = new StatusError.Cause("FieldValueInvalid", message, "metadata.name");
            throw StatusError.invalid(target, List.of(fault));
        }
        Target namespace = new Target(registry.builtIn("Namespace"), "", target.namespace(), "");
        if (type.namespaced() && Json.deleting(get(namespace))) {
            String message =
                    "unable to create new content in namespace " + namespace.name() + " because it is being terminated";
            throw new StatusError(403, "Forbidden", message);
        }
        ObjectNode metadata = object.withObject("/metadata");
        SERVER_OWNED.forEach(metadata::remove);
        metadata.put("name", name).put("uid", UUID.randomUUID().toString()).put("creationTimestamp", Json.now());
        Json.putOrRemove(metadata, "namespace", namespace.name(), !type.namespaced());
        Json.putOrRemove(metadata, "generation", 1, !type.generation());
        complete(target, object, MissingNode.getInstance(), request, applied);
        return request.dryRun() ? object : store.put(target.key(), object);
    }

    private static Apply.Writer writer(Target target, Request request, String operation) {
        return new Apply.Writer(request.manager(), operation, target.type().apiVersion(), target.subresource());
    }

    /// Brings the object into the form in which it may be stored.
    private void complete(Target target, ObjectNode object, JsonNode before, Request request, boolean applied) {
        ResourceType type = target.type();
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
            throw StatusError.invalid(target, schemas.faults());
        }
        if (type.is("Secret") && object.remove("stringData") instanceof ObjectNode texts) {
            Base64.Encoder base64 = Base64.getEncoder();
            texts.properties().forEach(e -> object.withObject("/data")
                    .put(e.getKey(), base64.encodeToString(e.getValue().asText().getBytes(StandardCharsets.UTF_8))));
        }
        if (!applied && !request.manager().isEmpty()) {
            new Apply(target).update(before, object, writer(target, request, "Update"));
        }
    }

    /// Changes the newest state of an object by a function; for patches and for the controllers.
    ObjectNode modify(Target target, UnaryOperator<JsonNode> change, Request request) {
        return store.atomically(() -> {
            ObjectNode live = get(target);
            JsonNode next = change.apply(live);
            return next.equals(live) ? live : write(target, live, checked(target, next), request, false);
        });
    }

    ObjectNode apply(Target target, JsonNode body, Request request, boolean force) {
        return store.atomically(() -> {
            ObjectNode applied = checked(target, body);
            if (applied.path("metadata").hasNonNull("managedFields")) {
                throw StatusError.badRequest("metadata.managedFields must be nil");
            }
            Optional<ObjectNode> present = store.get(target.key());
            boolean whole = target.subresource().isEmpty();
            if (present.isEmpty() && !whole) {
                throw StatusError.notFound(target);
            }
            present.ifPresent(live -> checkVersion(target, live, applied));
            applied.withObject("/metadata").put("name", target.name()).remove("resourceVersion");
            if (whole && target.type().status()) {
                applied.remove("status");
            }
            ObjectNode before = present.orElseGet(Json::object);
            ObjectNode merged = new Apply(target).apply(before, applied, writer(target, request, "Apply"), force);
            return present.isPresent()
                    ? write(target, before, merged, request, true)
                    : insert(target, merged, request, true);
        });
    }

    private static void checkVersion(Target target, JsonNode live, JsonNode object) {
        String version = Json.text(object, "/metadata/resourceVersion");
        if (!version.isEmpty() && !version.equals(Json.text(live, "/metadata/resourceVersion"))) {
            throw StatusError.conflict(
                    target,
                    "the object has been modified; please apply your changes to the latest version and try again");
        }
    }

    /// The common end of all changes to an existing object.
    ///
    /// @param applied by an applier, who owns its fields already
    private ObjectNode write(Target target, ObjectNode live, ObjectNode wanted, Request request, boolean applied) {
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
        complete(target, next, live, request, applied);
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
        Json.putOrRemove(to, field, from.path(field).deepCopy(), !from.has(field));
    }

    private static ObjectNode wantedPart(ResourceType type, ObjectNode object) {
        return object.deepCopy().without(type.status() ? List.of("metadata", "status") : List.of("metadata"));
    }

    /// @param options a DeleteOptions object
    /// @return the object as it stays, with a deletionTimestamp; or as it was, if it is gone
    ObjectNode delete(Target target, JsonNode options, boolean dryRun) {
        return store.atomically(() -> {
            ObjectNode live = get(target);
            String uid = options.at("/preconditions/uid").asText(Json.uid(live));
            if (!uid.equals(Json.uid(live))) {
                throw StatusError.conflict(
                        target,
                        "the UID in the precondition (" + uid
                                + ") does not match the UID in record (" + Json.uid(live)
                                + "). The object might have been deleted and then recreated");
            }
            String policy = options.path("propagationPolicy").asText("Background");
            if (!policy.equals("Background")) {
                throw StatusError.badRequest("the embedded mode has no propagationPolicy " + policy);
            } else if (dryRun) {
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
            throw StatusError.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        return ((ObjectNode) body.deepCopy()).put("apiVersion", version).put("kind", kind);
    }
}
