package dev.quorate.local.store;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// All objects, with a revision for each write, and a file for each object, written before the change is seen. A crash
/// of the process loses nothing, a crash of the machine may lose the last writes.
///
/// Stored objects are immutable: readers must copy before they change anything.
public final class ObjectStore {
    private static final int HISTORY_MAX = 10_000;

    private final Path folder;
    private final TreeMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
    private final ArrayDeque<Change> history = new ArrayDeque<>();
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
    /// Begins at the clock, so that none comes back after a restart.
    private long revision = Instant.now().toEpochMilli();
    private long forgotten;

    private ObjectStore(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.find(folder, 2, (p, a) -> p.toString().endsWith(".json"))) {
            for (Path file : files.toList()) {
                ObjectNode object = read(file);
                String resource = folder.relativize(file).getName(0).toString();
                objects.put(new ObjectKey(resource, Json.namespace(object), Json.name(object)), object);
                revision = Math.max(
                        revision, object.at("/metadata/resourceVersion").asLong());
            }
        }
        forgotten = revision;
    }

    /// Opens the objects for writing, or for a look at those of another process.
    ///
    /// @param folder the store's own; created if absent
    public static ObjectStore open(Path folder) throws IOException {
        return new ObjectStore(folder);
    }

    private static ObjectNode read(Path file) throws IOException {
        try {
            if (Json.read(Files.readAllBytes(file)) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new IOException(file + " is damaged: " + e.getOriginalMessage(), e);
        }
        throw new IOException(file + " is damaged: it holds no object");
    }

    private Path file(ObjectKey key) {
        return folder.resolve(key.resource()).resolve(key.namespace() + "_" + key.name() + ".json");
    }

    /// Runs reads and writes as one step that nobody sees halfway.
    public synchronized <T> T atomically(Supplier<T> step) {
        return step.get();
    }

    /// The revision of the last write.
    public synchronized long revision() {
        return revision;
    }

    public synchronized Optional<ObjectNode> get(ObjectKey key) {
        return Optional.ofNullable(objects.get(key));
    }

    /// By namespace and name.
    ///
    /// @param namespace empty for all
    public synchronized List<ObjectNode> list(String resource, String namespace) {
        List<ObjectNode> found = new ArrayList<>();
        objects.tailMap(new ObjectKey(resource, namespace, "")).forEach((key, object) -> {
            if (key.resource().equals(resource)
                    && (namespace.isEmpty() || key.namespace().equals(namespace))) {
                found.add(object);
            }
        });
        return found;
    }

    /// All objects of all resources.
    public synchronized Map<ObjectKey, ObjectNode> all() {
        return new TreeMap<>(objects);
    }

    /// Stores the object under a new revision, which goes into its metadata.
    ///
    /// @return what is stored
    public synchronized ObjectNode put(ObjectKey key, ObjectNode object) {
        Optional<ObjectNode> before = get(key);
        ObjectNode stored = stamped(object);
        try {
            Folders.write(file(key), stored.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        objects.put(key, stored);
        publish(new Change(before.isPresent() ? Change.Type.MODIFIED : Change.Type.ADDED, key, stored, before));
        return stored;
    }

    /// Removes the object; watchers get this last state.
    public synchronized ObjectNode remove(ObjectKey key, ObjectNode last) {
        ObjectNode stamped = stamped(last);
        try {
            Files.deleteIfExists(file(key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        publish(new Change(Change.Type.DELETED, key, stamped, Optional.ofNullable(objects.remove(key))));
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
