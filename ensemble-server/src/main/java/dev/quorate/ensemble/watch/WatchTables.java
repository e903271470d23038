package dev.quorate.ensemble.watch;

import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.model.Acl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The two tables of watches, by path and connection. Order of events is the order of registration. Paths are as
/// clients write them.
public final class WatchTables {
    public static final int STANDARD = 1;
    public static final int PERSISTENT = 2;
    public static final int RECURSIVE = 4;
    public static final int ANY = STANDARD | PERSISTENT | RECURSIVE;

    /// Takes the events of one change.
    public interface Sink {
        void fired(long connection, WatchEvent event);
    }

    /// Whether a connection may know of a change to something with this ACL.
    public interface Reader {
        boolean mayRead(long connection, @Nullable List<Acl> acl);
    }

    private static final class Table {
        /// path → connection → modes
        final Map<String, Map<Long, Integer>> byPath = new HashMap<>();
        int watches;

        void add(String path, long connection, int mode) {
            Map<Long, Integer> at = byPath.computeIfAbsent(path, key -> new LinkedHashMap<>(2));
            int old = at.getOrDefault(connection, 0);
            if ((old & mode) == 0) {
                watches++;
                at.put(connection, old | mode);
            }
        }

        int modes(String path, long connection) {
            Map<Long, Integer> at = byPath.get(path);
            return at == null ? 0 : at.getOrDefault(connection, 0);
        }

        int remove(String path, long connection, int modes) {
            Map<Long, Integer> at = byPath.get(path);
            int old = at == null ? 0 : at.getOrDefault(connection, 0);
            int removed = old & modes;
            if (at == null || removed == 0) {
                return 0;
            }
            watches -= Integer.bitCount(removed);
            if (old == removed) {
                at.remove(connection);
                if (at.isEmpty()) {
                    byPath.remove(path);
                }
            } else {
                at.put(connection, old & ~removed);
            }
            return removed;
        }
    }

    private final Table data = new Table();
    private final Table child = new Table();
    private final Map<Long, Set<String>> pathsOf = new HashMap<>();
    private int recursives;

    /// getData and exists.
    public void addData(String path, long connection) {
        data.add(path, connection, STANDARD);
        remember(path, connection);
    }

    /// getChildren.
    public void addChild(String path, long connection) {
        child.add(path, connection, STANDARD);
        remember(path, connection);
    }

    public void addPersistent(String path, long connection) {
        data.add(path, connection, PERSISTENT);
        child.add(path, connection, PERSISTENT);
        remember(path, connection);
    }

    public void addRecursive(String path, long connection) {
        if ((data.modes(path, connection) & RECURSIVE) == 0) {
            recursives++;
        }
        data.add(path, connection, RECURSIVE);
        remember(path, connection);
    }

    private void remember(String path, long connection) {
        pathsOf.computeIfAbsent(connection, key -> new LinkedHashSet<>()).add(path);
    }

    public boolean hasData(String path, long connection, int modes) {
        return (data.modes(path, connection) & modes) != 0;
    }

    public boolean hasChild(String path, long connection, int modes) {
        return (child.modes(path, connection) & modes) != 0;
    }

    /// True when something was there to remove.
    public boolean removeData(String path, long connection, int modes) {
        int removed = data.remove(path, connection, modes);
        if ((removed & RECURSIVE) != 0) {
            recursives--;
        }
        forget(path, connection);
        return removed != 0;
    }

    public boolean removeChild(String path, long connection, int modes) {
        int removed = child.remove(path, connection, modes);
        forget(path, connection);
        return removed != 0;
    }

    private void forget(String path, long connection) {
        if (data.modes(path, connection) == 0 && child.modes(path, connection) == 0) {
            Set<String> paths = pathsOf.get(connection);
            if (paths != null && paths.remove(path) && paths.isEmpty()) {
                pathsOf.remove(connection);
            }
        }
    }

    /// The connection has ended: its watches go.
    public void removeConnection(long connection) {
        Set<String> paths = pathsOf.remove(connection);
        if (paths != null) {
            for (String path : paths) {
                if ((data.remove(path, connection, ANY) & RECURSIVE) != 0) {
                    recursives--;
                }
                child.remove(path, connection, ANY);
            }
        }
    }

    public int size() {
        return data.watches + child.watches;
    }

    /// Paths with a watch on data, by connection.
    public Map<Long, List<String>> dataWatches() {
        Map<Long, List<String>> watches = new HashMap<>();
        data.byPath.forEach((path, at) -> at.keySet()
                .forEach(connection -> watches.computeIfAbsent(connection, key -> new ArrayList<>())
                        .add(path)));
        return watches;
    }

    /// Tells everybody concerned of one change; one-shot watches are used up, also where the watcher may not read.
    public void fire(WatchEvent.Type type, String path, @Nullable List<Acl> acl, long zxid, Reader reader, Sink sink) {
        if (pathsOf.isEmpty()) {
            return;
        }
        switch (type) {
            case NODE_CREATED, NODE_DATA_CHANGED -> tell(dataWatchers(path), type, path, zxid, acl, reader, sink);
            case NODE_DELETED -> {
                Set<Long> told = dataWatchers(path);
                tell(told, type, path, zxid, acl, reader, sink);
                Set<Long> others = triggered(child, path);
                if (!others.isEmpty()) {
                    others.removeAll(told);
                    tell(others, type, path, zxid, acl, reader, sink);
                }
            }
            case NODE_CHILDREN_CHANGED -> tell(triggered(child, path), type, path, zxid, acl, reader, sink);
        }
    }

    private static void tell(
            Set<Long> connections,
            WatchEvent.Type type,
            String path,
            long zxid,
            @Nullable List<Acl> acl,
            Reader reader,
            Sink sink) {
        if (connections.isEmpty()) {
            return;
        }
        WatchEvent event = new WatchEvent(type, path, zxid);
        for (long connection : connections) {
            if (reader.mayRead(connection, acl)) {
                sink.fired(connection, event);
            }
        }
    }

    private Set<Long> dataWatchers(String path) {
        Set<Long> watchers = triggered(data, path);
        if (recursives > 0) {
            watchers = watchers.isEmpty() ? new LinkedHashSet<>() : watchers;
            String at = path;
            while (!at.equals("/")) {
                int slash = at.lastIndexOf('/');
                at = slash <= 0 ? "/" : at.substring(0, slash);
                Map<Long, Integer> above = data.byPath.get(at);
                if (above != null) {
                    addRecursives(above, watchers);
                }
            }
        }
        return watchers;
    }

    private static void addRecursives(Map<Long, Integer> above, Set<Long> watchers) {
        above.forEach((connection, modes) -> {
            if ((modes & RECURSIVE) != 0) {
                watchers.add(connection);
            }
        });
    }

    /// Connections with any watch on the path itself; their one-shot ones are gone afterwards.
    private Set<Long> triggered(Table table, String path) {
        Map<Long, Integer> at = table.byPath.get(path);
        if (at == null) {
            return Set.of();
        }
        Set<Long> watchers = new LinkedHashSet<>(at.keySet());
        List<Long> used = new ArrayList<>(watchers.size());
        at.forEach((connection, modes) -> {
            if ((modes & STANDARD) != 0) {
                used.add(connection);
            }
        });
        for (long connection : used) {
            table.remove(path, connection, STANDARD);
            forget(path, connection);
        }
        return watchers;
    }
}
