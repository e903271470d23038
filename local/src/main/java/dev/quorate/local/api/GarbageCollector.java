package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Change;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectKey;
import dev.quorate.local.store.ObjectStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes what its owners left behind, and carries out foreground and orphaning deletions, namespaces and definitions.
/// One thread of its own; looks at everything after each deletion or mark.
final class GarbageCollector implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(GarbageCollector.class);
    private static final Operations.Request SELF = new Operations.Request("garbage-collector", "", false);

    private final ObjectStore store;
    private final Registry registry;
    private final Operations operations;
    private final Semaphore work = new Semaphore(1);
    private final Thread thread;

    GarbageCollector(ObjectStore store, Registry registry, Operations operations) {
        this.store = store;
        this.registry = registry;
        this.operations = operations;
        store.listen(store.revision(), this::changed);
        this.thread = Thread.ofVirtual().name("garbage-collector").start(this::run);
    }

    private void changed(Change change) {
        boolean owned = change.type() == Change.Type.ADDED
                && !change.object().at("/metadata/ownerReferences").isEmpty();
        if (change.type() == Change.Type.DELETED || Json.deleting(change.object()) || owned) {
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
        all.values().forEach(o -> byUid.put(Json.uid(o), o));
        all.forEach((key, object) -> {
            try {
                if (!Json.deleting(object)) {
                    ownerless(key, object, byUid);
                } else {
                    marked(key, object, all);
                }
            } catch (StatusError e) {
                // Gone or changed meanwhile: the change wakes us again.
                log.debug("{}: {}", key, e.getMessage());
            }
        });
    }

    private void marked(ObjectKey key, ObjectNode object, Map<ObjectKey, ObjectNode> all) {
        List<String> finalizers = Json.texts(object.at("/metadata/finalizers"));
        Predicate<JsonNode> isThis = r -> r.path("uid").asText().equals(Json.uid(object));
        var dependents = all.entrySet().stream()
                .filter(e -> Json.stream(e.getValue().at("/metadata/ownerReferences"))
                        .anyMatch(isThis))
                .toList();
        if (finalizers.contains("orphan")) {
            dependents.forEach(d -> removeFrom(d.getKey(), "ownerReferences", isThis));
            removeFrom(key, "finalizers", f -> f.asText().equals("orphan"));
        } else if (finalizers.contains("foregroundDeletion")) {
            dependents.forEach(d -> delete(d.getKey(), d.getValue()));
            boolean blocked = dependents.stream()
                    .flatMap(d -> Json.stream(d.getValue().at("/metadata/ownerReferences")))
                    .anyMatch(
                            r -> isThis.test(r) && r.path("blockOwnerDeletion").asBoolean());
            if (!blocked) {
                removeFrom(key, "finalizers", f -> f.asText().equals("foregroundDeletion"));
            }
        }
        if (List.of("namespaces", Registry.DEFINITIONS).contains(key.resource())) {
            contents(key, all);
        }
    }

    /// A namespace or a definition goes once all in it is gone.
    private void contents(ObjectKey key, Map<ObjectKey, ObjectNode> all) {
        var inside = all.entrySet().stream()
                .filter(e -> e.getKey().namespace().equals(key.name())
                        || e.getKey().resource().equals(key.name()))
                .toList();
        inside.forEach(e -> delete(e.getKey(), e.getValue()));
        if (inside.isEmpty()) {
            store.atomically(() -> store.get(key).map(o -> store.remove(key, o)));
        }
    }

    private void ownerless(ObjectKey key, ObjectNode object, Map<String, ObjectNode> byUid) {
        JsonNode owners = object.at("/metadata/ownerReferences");
        boolean anyLeft = Json.stream(owners)
                .map(owner -> byUid.get(owner.path("uid").asText()))
                .anyMatch(o -> o != null && List.of("", key.namespace()).contains(Json.namespace(o)));
        // The snapshot may be older than a new owner: look again before anything is lost.
        if (!owners.isEmpty() && !anyLeft && store.get(key).equals(Optional.of(object))) {
            delete(key, object);
        }
    }

    private void delete(ObjectKey key, ObjectNode object) {
        if (!Json.deleting(object)) {
            registry.ofResource(key.resource())
                    .ifPresent(t -> operations.delete(t, key.namespace(), key.name(), Json.object(), SELF));
        }
    }

    private void removeFrom(ObjectKey key, String list, Predicate<JsonNode> condition) {
        registry.ofResource(key.resource())
                .ifPresent(type -> operations.modify(
                        type,
                        key.namespace(),
                        key.name(),
                        live -> {
                            ObjectNode next = live.deepCopy();
                            Json.removeIf(next.withObject("/metadata").withArray(list), condition);
                            return next;
                        },
                        SELF));
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
