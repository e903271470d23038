package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Change;
import dev.quorate.local.store.ObjectKey;
import dev.quorate.local.store.ObjectStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes what its owners left behind, and carries out foreground and orphaning deletions, namespaces and definitions.
/// One thread of its own; looks at everything after each deletion or mark.
final class GarbageCollector implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(GarbageCollector.class);
    private static final Operations.Request SELF = new Operations.Request("garbage-collector", "", false);
    private static final JsonNode BACKGROUND = Json.object().put("propagationPolicy", "Background");

    private final ObjectStore store;
    private final Registry registry;
    private final Operations operations;
    private final Semaphore work = new Semaphore(1);
    private final Thread thread;
    private final Optional<Runnable> listening;

    GarbageCollector(ObjectStore store, Registry registry, Operations operations) {
        this.store = store;
        this.registry = registry;
        this.operations = operations;
        this.thread = Thread.ofVirtual().name("garbage-collector").unstarted(this::run);
        this.listening = store.listen(store.revision(), this::changed);
        thread.start();
    }

    private void changed(Change change) {
        boolean marked = change.object().at("/metadata").has("deletionTimestamp");
        boolean owned = change.type() == Change.Type.ADDED
                && !change.object().at("/metadata/ownerReferences").isEmpty();
        if (change.type() == Change.Type.DELETED || marked || owned) {
            work.release();
        }
    }

    private void run() {
        try {
            while (true) {
                work.acquire();
                work.drainPermits();
                pass();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass() {
        Map<ObjectKey, ObjectNode> all = store.all();
        Map<String, ObjectNode> byUid = new HashMap<>();
        all.values().forEach(o -> byUid.put(o.at("/metadata/uid").asText(), o));
        all.forEach((key, object) -> {
            try {
                collect(key, object, all, byUid);
            } catch (StatusError e) {
                // Gone or changed meanwhile: the change wakes us again.
                log.debug("{}: {}", key, e.getMessage());
            }
        });
    }

    private void collect(
            ObjectKey key, ObjectNode object, Map<ObjectKey, ObjectNode> all, Map<String, ObjectNode> byUid) {
        Optional<ResourceType> type = registry.ofResource(key.resource());
        if (type.isEmpty()) {
            return;
        }
        JsonNode metadata = object.path("metadata");
        if (metadata.has("deletionTimestamp")) {
            String uid = metadata.path("uid").asText();
            List<Map.Entry<ObjectKey, ObjectNode>> dependents = all.entrySet().stream()
                    .filter(e -> ownedBy(e.getValue(), uid))
                    .toList();
            if (has(metadata, "orphan")) {
                dependents.forEach(d -> removeOwner(d.getKey(), uid));
                removeFinalizer(type.get(), key, "orphan");
            } else if (has(metadata, "foregroundDeletion")) {
                dependents.forEach(d -> delete(d.getKey(), d.getValue()));
                if (dependents.stream().noneMatch(d -> blocks(d.getValue(), uid))) {
                    removeFinalizer(type.get(), key, "foregroundDeletion");
                }
            }
            contents(type.get(), key, object, all);
        } else {
            ownerless(key, object, byUid);
        }
    }

    /// A namespace or a definition goes once all in it is gone.
    private void contents(ResourceType type, ObjectKey key, ObjectNode object, Map<ObjectKey, ObjectNode> all) {
        boolean namespace = type.equals(Registry.NAMESPACES);
        if (!namespace && !type.equals(Registry.DEFINITIONS)) {
            return;
        }
        var inside = all.entrySet().stream()
                .filter(e -> namespace
                        ? e.getKey().namespace().equals(key.name())
                        : e.getKey().resource().equals(key.name()))
                .toList();
        inside.forEach(e -> delete(e.getKey(), e.getValue()));
        if (inside.isEmpty()) {
            store.atomically(() -> store.get(key).map(o -> store.remove(key, o)));
        }
    }

    private void ownerless(ObjectKey key, ObjectNode object, Map<String, ObjectNode> byUid) {
        JsonNode owners = object.at("/metadata/ownerReferences");
        if (owners.isEmpty()) {
            return;
        }
        boolean anyLeft = false;
        for (JsonNode owner : owners) {
            ObjectNode present = byUid.get(owner.path("uid").asText());
            String namespace =
                    present == null ? "" : present.at("/metadata/namespace").asText();
            anyLeft |= present != null && (namespace.isEmpty() || namespace.equals(key.namespace()));
        }
        // The snapshot may be older than a new owner: look again before anything is lost.
        if (!anyLeft && store.get(key).map(o -> o.equals(object)).orElse(false)) {
            delete(key, object);
        }
    }

    private static boolean ownedBy(JsonNode object, String uid) {
        for (JsonNode owner : object.at("/metadata/ownerReferences")) {
            if (owner.path("uid").asText().equals(uid)) {
                return true;
            }
        }
        return false;
    }

    private static boolean blocks(JsonNode object, String uid) {
        for (JsonNode owner : object.at("/metadata/ownerReferences")) {
            if (owner.path("uid").asText().equals(uid)
                    && owner.path("blockOwnerDeletion").asBoolean()) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(JsonNode metadata, String finalizer) {
        for (JsonNode present : metadata.path("finalizers")) {
            if (present.asText().equals(finalizer)) {
                return true;
            }
        }
        return false;
    }

    private void delete(ObjectKey key, ObjectNode object) {
        if (!object.at("/metadata").has("deletionTimestamp")) {
            registry.ofResource(key.resource())
                    .ifPresent(t -> operations.delete(t, key.namespace(), key.name(), BACKGROUND, SELF));
        }
    }

    private void removeOwner(ObjectKey key, String uid) {
        registry.ofResource(key.resource())
                .ifPresent(type -> operations.modify(
                        type,
                        key.namespace(),
                        key.name(),
                        live -> {
                            ObjectNode next = live.deepCopy();
                            removeIf(
                                    next.withObject("/metadata").withArray("ownerReferences"),
                                    r -> r.path("uid").asText().equals(uid));
                            return next;
                        },
                        SELF));
    }

    private void removeFinalizer(ResourceType type, ObjectKey key, String finalizer) {
        operations.modify(
                type,
                key.namespace(),
                key.name(),
                live -> {
                    ObjectNode next = live.deepCopy();
                    removeIf(next.withObject("/metadata").withArray("finalizers"), f -> f.asText()
                            .equals(finalizer));
                    return next;
                },
                SELF);
    }

    private static void removeIf(ArrayNode array, java.util.function.Predicate<JsonNode> condition) {
        for (int i = array.size() - 1; i >= 0; i--) {
            if (condition.test(array.get(i))) {
                array.remove(i);
            }
        }
    }

    @Override
    public void close() {
        listening.ifPresent(Runnable::run);
        thread.interrupt();
    }
}
