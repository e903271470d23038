package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.ObjectKey;
import dev.quorate.local.store.ObjectStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

/// What writes mean, whoever asks: identity, generations, subresources, finalizers, deletion, ownership of fields. Each
/// call is one step under the store's lock. Any thread.
final class Operations {
    private static final String NAME = "[a-z0-9]([-a-z0-9.]*[a-z0-9])?";
    private static final String RANDOM = "bcdfghjklmnpqrstvwxz2456789";
    private static final List<String> SERVER_OWNED = List.of(
            "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "name");

    /// Who writes, and how.
    ///
    /// @param subresource empty, `status` or `scale`
    record Request(String manager, String subresource, boolean dryRun) {}

    private final ObjectStore store;
    private final Registry registry;
    private final Schemas schemas = new Schemas();

    Operations(ObjectStore store, Registry registry) {
        this.store = store;
        this.registry = registry;
    }

    private static ObjectKey key(ResourceType type, String namespace, String name) {
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
                throw StatusError.of(500, "", "resourceVersion should not be set on objects to be created");
            }
            if (metadata.path("name").asText().isEmpty() && metadata.has("generateName")) {
                metadata.put("name", metadata.path("generateName").asText() + random());
            }
            String name = metadata.path("name").asText();
            requireName(type, name);
            if (store.get(key(type, namespace, name)).isPresent()) {
                throw StatusError.alreadyExists(type, name);
            }
            if (type.status() && type.custom()) {
                object.remove("status");
            }
            return insert(type, namespace, name, object, request, "Update");
        });
    }

    private ObjectNode insert(
            ResourceType type, String namespace, String name, ObjectNode object, Request request, String operation) {
        requireNamespace(type, namespace);
        ObjectNode metadata = object.withObject("/metadata");
        SERVER_OWNED.forEach(metadata::remove);
        metadata.put("name", name).put("uid", UUID.randomUUID().toString());
        if (type.namespaced()) {
            metadata.put("namespace", namespace);
        }
        metadata.put("creationTimestamp", Json.now());
        if (BuiltIns.hasGeneration(type)) {
            metadata.put("generation", 1);
        }
        ObjectNode complete = schemas.complete(type, object, MissingNode.getInstance());
        BuiltIns.onCreate(type, complete);
        if (operation.equals("Update")) {
            new Apply(type).update(Json.object(), complete, writer(type, request, operation));
        }
        return request.dryRun() ? complete : store.put(key(type, namespace, name), complete);
    }

    private static Apply.Writer writer(ResourceType type, Request request, String operation) {
        return new Apply.Writer(request.manager(), operation, type.apiVersion(), request.subresource());
    }

    ObjectNode replace(ResourceType type, String namespace, String name, JsonNode body, Request request) {
        return store.atomically(() -> {
            ObjectNode live = get(type, namespace, name);
            ObjectNode object = checked(type, namespace, body);
            String version = object.at("/metadata/resourceVersion").asText();
            if (version.isEmpty() && type.custom()) {
                throw StatusError.invalid(
                        type,
                        name,
                        List.of(new StatusError.Cause(
                                "FieldValueInvalid",
                                "Invalid value: 0x0: must be specified for an update",
                                "metadata.resourceVersion")));
            }
            return write(type, live, object, request, true);
        });
    }

    /// Changes the newest state of an object by a function; for patches and for the controllers.
    ObjectNode modify(
            ResourceType type, String namespace, String name, UnaryOperator<JsonNode> change, Request request) {
        return store.atomically(() -> {
            ObjectNode live = get(type, namespace, name);
            JsonNode changed = change.apply(live);
            return write(type, live, checked(type, namespace, changed), request, true);
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
            applied.withObject("/metadata").put("name", name);
            Apply apply = new Apply(type);
            Apply.Writer writer = writer(type, request, "Apply");
            if (present.isEmpty()) {
                requireName(type, name);
                applied.withObject("/metadata").remove("resourceVersion");
                if (type.status()) {
                    applied.remove("status");
                }
                ObjectNode fresh = apply.apply(Json.object(), applied, writer, force);
                fresh.setAll((ObjectNode) Json.object().set("apiVersion", applied.path("apiVersion")));
                return insert(type, namespace, name, fresh, request, "Apply");
            }
            ObjectNode live = present.get();
            checkVersion(type, live, applied);
            applied.withObject("/metadata").remove("resourceVersion");
            if (request.subresource().isEmpty() && type.status()) {
                applied.remove("status");
            }
            return write(type, live, apply.apply(live, applied, writer, force), request, false);
        });
    }

    private static void checkVersion(ResourceType type, JsonNode live, JsonNode object) {
        String version = object.at("/metadata/resourceVersion").asText();
        if (!version.isEmpty()
                && !version.equals(live.at("/metadata/resourceVersion").asText())) {
            throw StatusError.modified(type, live.at("/metadata/name").asText());
        }
    }

    /// The common end of all changes to an existing object.
    private ObjectNode write(ResourceType type, ObjectNode live, ObjectNode wanted, Request request, boolean own) {
        checkVersion(type, live, wanted);
        String name = live.at("/metadata/name").asText();
        String uid = wanted.at("/metadata/uid").asText();
        if (!uid.isEmpty() && !uid.equals(live.at("/metadata/uid").asText())) {
            throw StatusError.conflict(
                    type,
                    name,
                    "the UID in the precondition (" + uid
                            + ") does not match the UID in record ("
                            + live.at("/metadata/uid").asText()
                            + "). The object might have been deleted and then recreated");
        }
        ObjectNode next = live.deepCopy();
        if (request.subresource().equals("status")) {
            copyField(wanted, next, "status");
            copyManagedFields(wanted, next);
        } else {
            next = wanted.deepCopy();
            if (type.status()) {
                copyField(live, next, "status");
            }
            ObjectNode metadata = next.withObject("/metadata");
            for (String field : FieldTree.plus(SERVER_OWNED, "namespace")) {
                copyField(live.path("metadata"), metadata, field);
            }
            metadata.put("resourceVersion", live.at("/metadata/resourceVersion").asText());
            next.put("apiVersion", live.path("apiVersion").asText())
                    .put("kind", live.path("kind").asText());
        }
        checkFinalizers(type, live, next);
        next = schemas.complete(type, next, live);
        BuiltIns.onUpdate(type, live, next);
        if (own) {
            new Apply(type).update(live, next, writer(type, request, "Update"));
        }
        if (next.equals(live)) {
            return live;
        }
        if (BuiltIns.hasGeneration(type)
                && !withoutMetadataAndStatus(type, next).equals(withoutMetadataAndStatus(type, live))) {
            next.withObject("/metadata")
                    .put("generation", live.at("/metadata/generation").asLong() + 1);
        }
        if (request.dryRun()) {
            return next;
        }
        ObjectKey key = key(type, live.at("/metadata/namespace").asText(), name);
        boolean gone = next.at("/metadata").has("deletionTimestamp")
                && next.at("/metadata/finalizers").isEmpty()
                && !type.equals(Registry.PODS)
                && next.at("/spec/finalizers").isEmpty();
        return gone ? store.remove(key, next) : store.put(key, next);
    }

    private static void copyField(JsonNode from, ObjectNode to, String field) {
        if (from.has(field)) {
            to.set(field, from.path(field).deepCopy());
        } else {
            to.remove(field);
        }
    }

    private static void copyManagedFields(ObjectNode from, ObjectNode to) {
        copyField(from.path("metadata"), to.withObject("/metadata"), "managedFields");
    }

    private static ObjectNode withoutMetadataAndStatus(ResourceType type, ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        copy.remove("metadata");
        if (type.status()) {
            copy.remove("status");
        }
        return copy;
    }

    private static void checkFinalizers(ResourceType type, JsonNode live, JsonNode next) {
        if (!live.at("/metadata").has("deletionTimestamp")) {
            return;
        }
        for (JsonNode finalizer : next.at("/metadata/finalizers")) {
            boolean known = false;
            for (JsonNode present : live.at("/metadata/finalizers")) {
                known |= present.equals(finalizer);
            }
            if (!known) {
                throw StatusError.invalid(
                        type,
                        live.at("/metadata/name").asText(),
                        List.of(new StatusError.Cause(
                                "FieldValueForbidden",
                                "Forbidden: no new finalizers can be added if the object is being deleted, found new"
                                        + " finalizers []string{\"" + finalizer.asText() + "\"}",
                                "metadata.finalizers")));
            }
        }
    }

    /// @param options a DeleteOptions object, or missing
    /// @return the object as it stays, or as it was; with whether it is gone
    Deleted delete(ResourceType type, String namespace, String name, JsonNode options, Request request) {
        return store.atomically(() -> {
            ObjectNode live = get(type, namespace, name);
            checkPreconditions(type, live, options.path("preconditions"));
            if (request.dryRun()) {
                return new Deleted(live, true);
            }
            ObjectKey key = key(type, namespace, name);
            ObjectNode next = live.deepCopy();
            ObjectNode metadata = next.withObject("/metadata");
            String policy = options.path("propagationPolicy").asText();
            if (policy.equals("Foreground") || policy.equals("Orphan")) {
                String finalizer = policy.equals("Orphan") ? "orphan" : "foregroundDeletion";
                if (!metadata.path("finalizers").toString().contains('"' + finalizer + '"')) {
                    metadata.withArray("finalizers").add(finalizer);
                }
            }
            boolean running = type.equals(Registry.PODS)
                    && !live.at("/spec/nodeName").asText().isEmpty();
            long grace = running
                    ? options.path("gracePeriodSeconds")
                            .asLong(live.at("/spec/terminationGracePeriodSeconds")
                                    .asLong(30))
                    : 0;
            if (type.equals(Registry.NAMESPACES)) {
                next.withObject("/status").put("phase", "Terminating");
            } else if (metadata.path("finalizers").isEmpty() && grace == 0) {
                return new Deleted(store.remove(key, next), true);
            }
            boolean first = !metadata.has("deletionTimestamp");
            if (first || grace < metadata.path("deletionGracePeriodSeconds").asLong()) {
                metadata.put(
                        "deletionTimestamp",
                        Instant.parse(Json.now()).plusSeconds(grace).toString());
                metadata.put("deletionGracePeriodSeconds", grace);
                if (first && metadata.has("generation")) {
                    metadata.put("generation", metadata.path("generation").asLong() + 1);
                }
            }
            return new Deleted(next.equals(live) ? live : store.put(key, next), false);
        });
    }

    /// @param object the last or present state
    record Deleted(ObjectNode object, boolean gone) {}

    private static void checkPreconditions(ResourceType type, ObjectNode live, JsonNode preconditions) {
        for (String field : List.of("uid", "resourceVersion")) {
            String wanted = preconditions.path(field).asText();
            String present = live.at("/metadata/" + field).asText();
            if (!wanted.isEmpty() && !wanted.equals(present)) {
                String label = field.equals("uid") ? "UID" : "ResourceVersion";
                throw StatusError.conflict(
                        type,
                        live.at("/metadata/name").asText(),
                        "the " + label + " in the precondition (" + wanted + ") does not match the " + label
                                + " in record (" + present
                                + "). The object might have been deleted and then recreated");
            }
        }
    }

    private static ObjectNode checked(ResourceType type, String namespace, JsonNode body) {
        if (!(body instanceof ObjectNode object)) {
            throw StatusError.badRequest("the object provided is unrecognized (must be of type " + type.kind() + ")");
        }
        ObjectNode copy = object.deepCopy();
        for (String[] field : new String[][] {{"apiVersion", type.apiVersion()}, {"kind", type.kind()}}) {
            String given = copy.path(field[0]).asText(field[1]);
            if (!given.isEmpty() && !given.equals(field[1])) {
                throw StatusError.badRequest("the object provided is unrecognized (must be of type " + type.kind()
                        + "): " + field[0] + " is " + given);
            }
            copy.put(field[0], field[1]);
        }
        String given = copy.at("/metadata/namespace").asText();
        if (type.namespaced() && !given.isEmpty() && !given.equals(namespace)) {
            throw StatusError.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the" + " request");
        }
        return copy;
    }

    private static void requireName(ResourceType type, String name) {
        if (name.length() > 253 || (!name.matches(NAME) && !type.group().equals("rbac.authorization.k8s.io"))) {
            throw StatusError.invalid(
                    type,
                    name,
                    List.of(new StatusError.Cause(
                            name.isEmpty() ? "FieldValueRequired" : "FieldValueInvalid",
                            name.isEmpty()
                                    ? "Required value: name or generateName is required"
                                    : "Invalid value: \"" + name + "\": a lowercase RFC 1123 subdomain must consist of"
                                            + " lower case alphanumeric characters, '-' or '.'",
                            "metadata.name")));
        }
    }

    private void requireNamespace(ResourceType type, String namespace) {
        if (!type.namespaced()) {
            return;
        }
        ObjectNode present = get(Registry.NAMESPACES, "", namespace);
        if (present.at("/metadata").has("deletionTimestamp")) {
            throw StatusError.of(
                    403,
                    "Forbidden",
                    "unable to create new content in namespace " + namespace + " because it is being terminated");
        }
    }

    private static String random() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            text.append(RANDOM.charAt(ThreadLocalRandom.current().nextInt(RANDOM.length())));
        }
        return text.toString();
    }

    Registry registry() {
        return registry;
    }
}
