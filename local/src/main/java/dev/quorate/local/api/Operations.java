package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectKey;
import dev.quorate.local.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// What writes mean, whoever asks: identity, generations, subresources, finalizers, deletion, ownership of fields. Each
/// call is one step under the store's lock. Any thread.
final class Operations {
    private static final String NAME = "[a-z0-9]([-a-z0-9.]*[a-z0-9])?";
    private static final List<String> SERVER_OWNED = List.of(
            "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "name");

    /// Who writes, and how.
    ///
    /// @param subresource empty, `status` or `scale`
    record Request(String manager, String subresource, boolean dryRun) {}

    private final ObjectStore store;
    private final Registry registry;
    private final Schemas schemas;

    Operations(ObjectStore store, Registry registry, Schemas schemas) {
        this.store = store;
        this.registry = registry;
        this.schemas = schemas;
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
            if (!metadata.path("resourceVersion").asText().isEmpty()) {
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
            return insert(type, namespace, object, request, false);
        });
    }

    private ObjectNode insert(
            ResourceType type, String namespace, ObjectNode object, Request request, boolean applied) {
        String name = Json.name(object);
        requireName(type, name);
        requireNamespace(type, namespace);
        ObjectNode metadata = object.withObject("/metadata");
        SERVER_OWNED.forEach(metadata::remove);
        metadata.put("name", name).put("uid", UUID.randomUUID().toString()).put("creationTimestamp", Json.now());
        Json.putOrRemove(metadata, "namespace", namespace, !type.namespaced());
        Json.putOrRemove(metadata, "generation", 1, !type.generation());
        beforeCreation(type, object);
        ObjectNode complete = completed(type, object, MissingNode.getInstance());
        if (!applied) {
            new Apply(type).update(Json.object(), complete, writer(type, request, "Update"));
        }
        return request.dryRun() ? complete : store.put(key(type, namespace, name), complete);
    }

    private static Apply.Writer writer(ResourceType type, Request request, String operation) {
        return new Apply.Writer(request.manager(), operation, type.apiVersion(), request.subresource());
    }

    /// What no schema can say about new objects of built-in kinds.
    private static void beforeCreation(ResourceType type, ObjectNode object) {
        if (type.is("Namespace")) {
            object.withObject("/metadata/labels").put("kubernetes.io/metadata.name", Json.name(object));
        } else if (type.is("Job")) {
            String uid = Json.uid(object);
            object.withObject("/spec/selector/matchLabels").put("batch.kubernetes.io/controller-uid", uid);
            for (String prefix : List.of("", "batch.kubernetes.io/")) {
                object.withObject("/spec/template/metadata/labels")
                        .put(prefix + "controller-uid", uid)
                        .put(prefix + "job-name", Json.name(object));
            }
        }
    }

    /// Schema, defaults and what follows from other fields.
    private ObjectNode completed(ResourceType type, ObjectNode object, JsonNode before) {
        ObjectNode complete = schemas.complete(type, object, before);
        if (type.is("Secret") && complete.remove("stringData") instanceof ObjectNode texts) {
            Base64.Encoder base64 = Base64.getEncoder();
            texts.properties().forEach(e -> complete.withObject("/data")
                    .put(e.getKey(), base64.encodeToString(e.getValue().asText().getBytes(StandardCharsets.UTF_8))));
        } else if (type.is("CustomResourceDefinition")) {
            ObjectNode status = complete.withObject("/status");
            status.set("acceptedNames", complete.at("/spec/names").deepCopy());
            Json.condition(status, "NamesAccepted", true, "NoConflicts", "no conflicts found");
            Json.condition(status, "Established", true, "InitialNamesAccepted", "the initial names have been accepted");
        }
        return complete;
    }

    ObjectNode replace(ResourceType type, String namespace, String name, JsonNode body, Request request) {
        return store.atomically(() -> {
            ObjectNode object = checked(type, namespace, body);
            if (Json.text(object, "/metadata/resourceVersion").isEmpty() && type.custom()) {
                throw invalid(
                        type,
                        name,
                        "FieldValueInvalid",
                        "metadata.resourceVersion",
                        "Invalid value: 0x0: must be specified for an update");
            }
            return write(type, get(type, namespace, name), object, request, true);
        });
    }

    private static StatusError invalid(ResourceType type, String name, String reason, String field, String message) {
        return StatusError.invalid(type, name, List.of(new StatusError.Cause(reason, message, field)));
    }

    /// Changes the newest state of an object by a function; for patches and for the controllers.
    ObjectNode modify(
            ResourceType type, String namespace, String name, UnaryOperator<JsonNode> change, Request request) {
        return store.atomically(() -> {
            ObjectNode live = get(type, namespace, name);
            return write(type, live, checked(type, namespace, change.apply(live)), request, true);
        });
    }

    ObjectNode apply(ResourceType type, String namespace, String name, JsonNode body, Request request, boolean force) {
        return store.atomically(() -> {
            ObjectNode applied = checked(type, namespace, body);
            if (applied.at("/metadata").hasNonNull("managedFields")) {
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
            if (present.isPresent()) {
                return write(type, before, merged, request, false);
            }
            return insert(type, namespace, checked(type, namespace, merged), request, true);
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
        ObjectNode next = live.deepCopy();
        if (request.subresource().equals("status")) {
            copyField(wanted, next, "status");
            copyField(wanted.path("metadata"), next.withObject("/metadata"), "managedFields");
        } else {
            next = wanted.deepCopy();
            if (type.status()) {
                copyField(live, next, "status");
            }
            for (String field : FieldTree.plus(FieldTree.plus(SERVER_OWNED, "namespace"), "resourceVersion")) {
                copyField(live.path("metadata"), next.withObject("/metadata"), field);
            }
        }
        checkFinalizers(type, live, next);
        next = completed(type, next, live);
        if (own) {
            new Apply(type).update(live, next, writer(type, request, "Update"));
        }
        if (next.equals(live)) {
            return live;
        }
        if (type.generation() && !wantedPart(type, next).equals(wantedPart(type, live))) {
            raiseGeneration(next);
        }
        if (request.dryRun()) {
            return next;
        }
        ObjectKey key = key(type, Json.namespace(live), Json.name(live));
        boolean gone = Json.deleting(next)
                && next.at("/metadata/finalizers").isEmpty()
                && !type.is("Pod")
                && !type.is("Namespace");
        return gone ? store.remove(key, next) : store.put(key, next);
    }

    private static void raiseGeneration(ObjectNode object) {
        ObjectNode metadata = object.withObject("/metadata");
        metadata.put("generation", metadata.path("generation").asLong() + 1);
    }

    private static void copyField(JsonNode from, ObjectNode to, String field) {
        Json.putOrRemove(to, field, from.path(field).deepCopy(), !from.has(field));
    }

    private static ObjectNode wantedPart(ResourceType type, ObjectNode object) {
        return object.deepCopy().without(type.status() ? List.of("metadata", "status") : List.of("metadata"));
    }

    private static void checkFinalizers(ResourceType type, JsonNode live, JsonNode next) {
        List<String> added = FieldTree.plus(Json.texts(next.at("/metadata/finalizers")), "");
        added.removeAll(FieldTree.plus(Json.texts(live.at("/metadata/finalizers")), ""));
        if (Json.deleting(live) && !added.isEmpty()) {
            throw invalid(
                    type,
                    Json.name(live),
                    "FieldValueForbidden",
                    "metadata.finalizers",
                    "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers "
                            + added);
        }
    }

    /// @param options a DeleteOptions object
    /// @return the object as it stays, or as it was; with whether it is gone
    Deleted delete(ResourceType type, String namespace, String name, JsonNode options, Request request) {
        return store.atomically(() -> {
            ObjectNode live = get(type, namespace, name);
            checkSame(type, live, "UID", "uid", options.path("preconditions"));
            checkSame(type, live, "ResourceVersion", "resourceVersion", options.path("preconditions"));
            if (request.dryRun()) {
                return new Deleted(live, true);
            }
            ObjectKey key = key(type, namespace, name);
            ObjectNode next = live.deepCopy();
            ObjectNode metadata = next.withObject("/metadata");
            String policy = options.path("propagationPolicy").asText();
            JsonNode finalizer = JsonNodeFactory.instance.textNode(
                    policy.equals("Orphan") ? "orphan" : policy.equals("Foreground") ? "foregroundDeletion" : "");
            if (!finalizer.asText().isEmpty()
                    && Json.stream(metadata.path("finalizers")).noneMatch(finalizer::equals)) {
                metadata.withArray("finalizers").add(finalizer);
            }
            boolean running =
                    type.is("Pod") && !Json.text(live, "/spec/nodeName").isEmpty();
            long terms = live.at("/spec/terminationGracePeriodSeconds").asLong();
            long grace = running ? options.path("gracePeriodSeconds").asLong(terms) : 0;
            if (type.is("Namespace")) {
                next.withObject("/status").put("phase", "Terminating");
            } else if (metadata.path("finalizers").isEmpty() && grace == 0) {
                return new Deleted(store.remove(key, next), true);
            }
            boolean first = !Json.deleting(live);
            if (first || grace < metadata.path("deletionGracePeriodSeconds").asLong()) {
                Instant end = Instant.parse(Json.now()).plusSeconds(grace);
                metadata.put("deletionTimestamp", end.toString()).put("deletionGracePeriodSeconds", grace);
                if (first && type.generation()) {
                    raiseGeneration(next);
                }
            }
            return new Deleted(next.equals(live) ? live : store.put(key, next), false);
        });
    }

    /// @param object the last or present state
    record Deleted(ObjectNode object, boolean gone) {}

    private static void checkSame(ResourceType type, JsonNode live, String label, String field, JsonNode wanted) {
        String given = wanted.path(field).asText();
        String present = Json.text(live, "/metadata/" + field);
        if (!given.isEmpty() && !given.equals(present)) {
            String message = "the %s in the precondition (%s) does not match the %s in record (%s). The object might"
                    + " have been deleted and then recreated";
            throw StatusError.conflict(type, Json.name(live), message.formatted(label, given, label, present));
        }
    }

    private static ObjectNode checked(ResourceType type, String namespace, JsonNode body) {
        String expected = "the object provided is unrecognized (must be of type " + type.kind() + ")";
        if (!(body instanceof ObjectNode object)) {
            throw StatusError.badRequest(expected);
        }
        ObjectNode copy = object.deepCopy();
        if (!copy.path("apiVersion").asText(type.apiVersion()).equals(type.apiVersion())
                || !copy.path("kind").asText(type.kind()).equals(type.kind())) {
            String found =
                    copy.path("apiVersion").asText() + " " + copy.path("kind").asText();
            throw StatusError.badRequest(expected + ": it is " + found);
        }
        copy.put("apiVersion", type.apiVersion()).put("kind", type.kind());
        String given = Json.namespace(copy);
        if (type.namespaced() && !given.isEmpty() && !given.equals(namespace)) {
            throw StatusError.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        return copy;
    }

    private static void requireName(ResourceType type, String name) {
        if (name.isEmpty()) {
            String message = "Required value: name or generateName is required";
            throw invalid(type, name, "FieldValueRequired", "metadata.name", message);
        }
        if (name.length() > 253 || (!name.matches(NAME) && !type.group().equals("rbac.authorization.k8s.io"))) {
            String message = "Invalid value: \"" + name + "\": a lowercase RFC 1123 subdomain must consist of lower"
                    + " case alphanumeric characters, '-' or '.'";
            throw invalid(type, name, "FieldValueInvalid", "metadata.name", message);
        }
    }

    private void requireNamespace(ResourceType type, String namespace) {
        if (type.namespaced() && Json.deleting(get(registry.builtIn("Namespace"), "", namespace))) {
            throw new StatusError(
                    403,
                    "Forbidden",
                    "unable to create new content in namespace " + namespace + " because it is being terminated");
        }
    }
}
