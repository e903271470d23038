package dev.quorate.local.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// All objects, with a revision for each write. Each write is a line of a journal before it is seen; a crash of the
/// process loses nothing, a crash of the machine may lose the last writes.
///
/// Stored objects are immutable: readers must copy before they change anything.
public final class ObjectStore implements AutoCloseable {
    private static final int HISTORY_MAX = 10_000;
    private static final JsonMapper JSON = new JsonMapper();

    private final TreeMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
    private final ArrayDeque<Change> history = new ArrayDeque<>();
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
    private final BufferedWriter journal;
    private long revision = 1;
    private long forgotten;

    private ObjectStore(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("journal.jsonl");
        if (Files.exists(file)) {
            replay(file);
        }
        forgotten = revision;
        Path compacted = folder.resolve("journal.jsonl.new");
        try (BufferedWriter writer = Files.newBufferedWriter(compacted)) {
            writer.write("{\"revision\":" + revision + "}\n");
            for (Map.Entry<ObjectKey, ObjectNode> entry : objects.entrySet()) {
                writer.write(line(entry.getKey(), Optional.of(entry.getValue())));
            }
        }
        Files.move(compacted, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        journal = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
    }

    /// @param folder the store's own; created if absent
    public static ObjectStore open(Path folder) throws IOException {
        return new ObjectStore(folder);
    }

    private void replay(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            JsonNode entry;
            try {
                entry = JSON.readTree(lines.get(i));
            } catch (JsonProcessingException e) {
                if (i == lines.size() - 1) {
                    return; // Torn by the crash that ended the last run; nobody was told of it.
                }
                throw new IOException(file + " line " + (i + 1) + " is damaged: " + e.getOriginalMessage(), e);
            }
            revision = Math.max(revision, entry.path("revision").asLong());
            if (entry.has("resource")) {
                ObjectKey key = new ObjectKey(
                        entry.path("resource").asText(),
                        entry.path("namespace").asText(),
                        entry.path("name").asText());
                if (entry.path("object") instanceof ObjectNode object) {
                    objects.put(key, object);
                } else {
                    objects.remove(key);
                }
            }
        }
    }

    private String line(ObjectKey key, Optional<ObjectNode> object) throws IOException {
        ObjectNode entry = JSON.createObjectNode()
                .put("revision", revision)
                .put("resource", key.resource())
                .put("namespace", key.namespace())
                .put("name", key.name());
        object.ifPresent(o -> entry.set("object", o));
        return JSON.writeValueAsString(entry) + "\n";
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
        for (Map.Entry<ObjectKey, ObjectNode> entry :
                objects.tailMap(new ObjectKey(resource, namespace, "")).entrySet()) {
            if (!entry.getKey().resource().equals(resource)) {
                break;
            }
            if (namespace.isEmpty() || entry.getKey().namespace().equals(namespace)) {
                found.add(entry.getValue());
            }
        }
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
        append(key, Optional.of(stored));
        objects.put(key, stored);
        publish(new Change(
                revision, before.isPresent() ? Change.Type.MODIFIED : Change.Type.ADDED, key, stored, before));
        return stored;
    }

    /// Removes the object; watchers get this last state.
    public synchronized ObjectNode remove(ObjectKey key, ObjectNode last) {
        ObjectNode stamped = stamped(last);
        append(key, Optional.empty());
        Optional<ObjectNode> before = Optional.ofNullable(objects.remove(key));
        publish(new Change(revision, Change.Type.DELETED, key, stamped, before));
        return stamped;
    }

    private ObjectNode stamped(ObjectNode object) {
        revision++;
        ObjectNode copy = object.deepCopy();
        copy.withObject("/metadata").put("resourceVersion", String.valueOf(revision));
        return copy;
    }

    private void append(ObjectKey key, Optional<ObjectNode> object) {
        try {
            journal.write(line(key, object));
            journal.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    @Override
    public synchronized void close() throws IOException {
        journal.close();
    }
}
