package dev.quorate.local.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// All objects by their keys `plural.group/namespace/name`, with a revision for each write, and a file for each object,
/// written before the change is seen. A crash of the process loses nothing, a crash of the machine may lose the last
/// writes.
///
/// Stored objects are immutable: readers must copy before they change anything.
public final class ObjectStore {
    /// One write, as watchers see it.
    ///
    /// @param type ADDED, MODIFIED or DELETED
    /// @param object the state after it; of a deletion the last state, with the deletion's revision
    /// @param before the state before it; empty for an addition
    public record Change(String type, String key, ObjectNode object, Optional<ObjectNode> before) {
        long revision() {
            return object.at("/metadata/resourceVersion").asLong();
        }
    }

    private static final int HISTORY_MAX = 10_000;

    private final Path folder;
    private final TreeMap<String, ObjectNode> objects = new TreeMap<>();
    private final ArrayDeque<Change> history = new ArrayDeque<>();
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
    /// Begins at the clock, so that none comes back after a restart.
    private long revision = Instant.now().toEpochMilli();
    private long forgotten;

    /// Opens the objects for writing, or for a look at those of another process.
    ///
    /// @param folder the store's own; created if absent
    public ObjectStore(Path folder) {
        this.folder = Folders.create(folder);
        for (Path file : Folders.files(folder, ".json")) {
            ObjectNode object = read(file);
            String resource = folder.relativize(file).getName(0).toString();
            objects.put(key(resource, Json.namespace(object), Json.name(object)), object);
            revision = Math.max(revision, object.at("/metadata/resourceVersion").asLong());
        }
        forgotten = revision;
    }

    private static ObjectNode read(Path file) {
        try {
            return (ObjectNode) Json.read(Folders.read(file));
        } catch (IOException | ClassCastException e) {
            throw new IllegalStateException(file + " is damaged: " + e.getMessage(), e);
        }
    }

    /// @param resource `plural.group`, or `plural` in the core group
    /// @param namespace empty for cluster-scoped kinds
    public static String key(String resource, String namespace, String name) {
        return resource + "/" + namespace + "/" + name;
    }

    /// What the keys of the objects begin with.
    ///
    /// @param namespace empty for all
    public static String prefix(String resource, String namespace) {
        return resource + (namespace.isEmpty() ? "/" : "/" + namespace + "/");
    }

    /// Runs reads and writes as one step that nobody sees halfway.
    public synchronized <T> T atomically(Supplier<T> step) {
        return step.get();
    }

    /// The revision of the last write.
    public synchronized long revision() {
        return revision;
    }

    public synchronized Optional<ObjectNode> get(String key) {
        return Optional.ofNullable(objects.get(key));
    }

    /// By namespace and name.
    ///
    /// @param namespace empty for all
    public synchronized List<ObjectNode> list(String resource, String namespace) {
        String prefix = prefix(resource, namespace);
        return List.copyOf(objects.subMap(prefix, prefix + Character.MAX_VALUE).values());
    }

    /// All objects of all resources.
    public synchronized Map<String, ObjectNode> all() {
        return new TreeMap<>(objects);
    }

    /// Stores the object under a new revision, which goes into its metadata.
    ///
    /// @return what is stored
    public synchronized ObjectNode put(String key, ObjectNode object) {
        Optional<ObjectNode> before = get(key);
        ObjectNode stored = stamped(object);
        Folders.write(folder.resolve(key + ".json"), stored.toString());
        objects.put(key, stored);
        publish(new Change(before.isPresent() ? "MODIFIED" : "ADDED", key, stored, before));
        return stored;
    }

    /// Removes the object; watchers get this last state.
    public synchronized ObjectNode remove(String key, ObjectNode last) {
        ObjectNode stamped = stamped(last);
        Folders.delete(folder.resolve(key + ".json"));
        publish(new Change("DELETED", key, stamped, Optional.ofNullable(objects.remove(key))));
        return stamped;
    }

    private ObjectNode stamped(ObjectNode object) {
        revision++;
        ObjectNode copy = object.deepCopy();
        copy.withObject("/metadata").put("resourceVersion", String.valueOf(revision));
        return copy;
    }

    private void publish(Change change) {
        history.add(change);
        if (history.size() > HISTORY_MAX) {
            forgotten = history.remove().revision();
        }
        listeners.forEach(l -> l.accept(change));
    }

    /// Tells the listener each change after that revision, in order, those of the past before this returns. The
    /// listener is called under the store's lock and must only take note.
    ///
    /// @return ends the listening; empty if the changes since then are no longer known
    public synchronized Optional<Runnable> listen(long since, Consumer<Change> listener) {
        if (since < forgotten) {
            return Optional.empty();
        }
        history.stream().filter(c -> c.revision() > since).forEach(listener);
        listeners.add(listener);
        return Optional.of(() -> listeners.remove(listener));
    }
}
