package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The API server's part in tests of the runtime: uids, grace periods of pods, finalizers; no schema, no owners'
/// garbage
/// collection.
final class InMemoryCluster implements Cluster {
    private final TreeMap<String, ObjectNode> objects = new TreeMap<>();
    private final List<Runnable> callbacks = new CopyOnWriteArrayList<>();

    private static String key(Kind kind, String namespace, String name) {
        return kind + "/" + namespace + "/" + name;
    }

    private static String key(Kind kind, ObjectNode object) {
        return key(kind, Json.namespace(object), Json.name(object));
    }

    @Override
    public synchronized List<ObjectNode> list(Kind kind) {
        List<ObjectNode> found = new ArrayList<>();
        objects.forEach((key, object) -> {
            if (key.startsWith(kind + "/")) {
                found.add(object.deepCopy());
            }
        });
        return found;
    }

    @Override
    public synchronized Optional<ObjectNode> get(Kind kind, String namespace, String name) {
        return Optional.ofNullable(objects.get(key(kind, namespace, name))).map(ObjectNode::deepCopy);
    }

    @Override
    public Optional<ObjectNode> create(Kind kind, ObjectNode object) {
        synchronized (this) {
            ObjectNode copy = object.deepCopy();
            copy.withObject("/metadata")
                    .put("uid", UUID.randomUUID().toString())
                    .put("generation", 1);
            if (objects.putIfAbsent(key(kind, object), copy) != null) {
                return Optional.empty();
            }
        }
        changed();
        return get(kind, Json.namespace(object), Json.name(object));
    }

    @Override
    public boolean update(Kind kind, ObjectNode identity, Consumer<ObjectNode> change) {
        synchronized (this) {
            ObjectNode present = objects.get(key(kind, identity));
            if (present == null || !Json.uid(present).equals(Json.uid(identity))) {
                return false;
            }
            ObjectNode next = present.deepCopy();
            change.accept(next);
            if (next.equals(present)) {
                return true;
            }
            if (Json.deleting(next)
                    && kind != Kind.POD
                    && next.at("/metadata/finalizers").isEmpty()) {
                objects.remove(key(kind, identity));
            } else {
                objects.put(key(kind, identity), next);
            }
        }
        changed();
        return true;
    }

    @Override
    public boolean updateStatus(Kind kind, ObjectNode identity, Consumer<ObjectNode> change) {
        return update(kind, identity, change);
    }

    @Override
    public boolean delete(Kind kind, ObjectNode identity) {
        long grace = identity.at("/spec/terminationGracePeriodSeconds").asLong(30);
        if (kind != Kind.POD && identity.at("/metadata/finalizers").isEmpty()) {
            return remove(kind, identity);
        }
        return update(kind, identity, o -> o.withObject("/metadata")
                .put("deletionTimestamp", Instant.now().plusSeconds(grace).toString())
                .put("deletionGracePeriodSeconds", grace));
    }

    @Override
    public boolean removePod(ObjectNode identity) {
        return remove(Kind.POD, identity);
    }

    private boolean remove(Kind kind, ObjectNode identity) {
        synchronized (this) {
            ObjectNode present = objects.get(key(kind, identity));
            if (present == null || !Json.uid(present).equals(Json.uid(identity))) {
                return false;
            }
            objects.remove(key(kind, identity));
        }
        changed();
        return true;
    }

    @Override
    public void onChange(Runnable callback) {
        callbacks.add(callback);
    }

    private void changed() {
        callbacks.forEach(Runnable::run);
    }
}
