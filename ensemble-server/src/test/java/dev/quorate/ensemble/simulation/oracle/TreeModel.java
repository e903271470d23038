package dev.quorate.ensemble.simulation.oracle;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.Stat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a tree is, written down in the most obvious way: for each path, what was there from which zxid on. Carries out
/// the requests of clients by itself, one after the other in the order of their zxids; so it can say what each had to
/// become, and what any read at any zxid had to answer. No ACLs, quotas, containers or TTL znodes.
public final class TreeModel {
    private static final int EPHEMERAL = 1;
    private static final int SEQUENTIAL = 2;

    /// A znode as it was for a while. `creates` counts the children it ever had, `cversion` those that came and went.
    public record Node(
            byte @Nullable [] data,
            long czxid,
            long mzxid,
            long pzxid,
            long ctime,
            long mtime,
            int version,
            int creates,
            int cversion,
            int children,
            long owner) {
        public Stat stat() {
            int length = data == null ? 0 : data.length;
            return new Stat(czxid, mzxid, ctime, mtime, version, cversion, 0, owner, length, children, pzxid);
        }

        Node withChild(long zxid, boolean comes) {
            int more = comes ? 1 : -1;
            return new Node(
                    data,
                    czxid,
                    mzxid,
                    zxid,
                    ctime,
                    mtime,
                    version,
                    creates + (comes ? 1 : 0),
                    cversion + 1,
                    children + more,
                    owner);
        }

        Node withData(byte @Nullable [] other, long zxid, long time) {
            return new Node(other, czxid, zxid, pzxid, ctime, time, version + 1, creates, cversion, children, owner);
        }
    }

    /// What became of a request: done (`error` 0), with the paths that its creates have made, or not, because of an
    /// error; in a multi, `place` is the member that failed.
    public record Outcome(int error, int place, List<String> created) {}

    private final TreeMap<String, TreeMap<Long, Node>> paths = new TreeMap<>();
    /// When a path was created, changed or deleted, and when its children came and went.
    private final Map<String, TreeSet<Long>> changes = new HashMap<>();
    private final Map<String, TreeSet<Long>> childChanges = new HashMap<>();
    private final Map<Long, TreeSet<String>> ephemerals = new HashMap<>();
    private final TreeSet<Long> sessions = new TreeSet<>();
    private final TreeSet<Long> everSessions = new TreeSet<>();

    /// Of the request being carried out.
    private final Map<String, @Nullable Node> before = new HashMap<>();

    private long zxid;
    private long time;
    private long session;

    public TreeModel() {
        put("", new Node(null, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    // --- what there is

    /// The znode at a path as it was at a zxid, null where there was none.
    public @Nullable Node at(String path, long when) {
        TreeMap<Long, Node> versions = paths.get(path);
        Map.Entry<Long, Node> entry = versions == null ? null : versions.floorEntry(when);
        return entry == null ? null : entry.getValue();
    }

    /// All paths that ever were but the root.
    public SortedSet<String> everyPath() {
        return paths.navigableKeySet().tailSet("", false);
    }

    public List<String> children(String parent, long when) {
        List<String> names = new ArrayList<>();
        String prefix = parent + "/";
        for (String path : paths.tailMap(prefix, true).keySet()) {
            if (!path.startsWith(prefix)) {
                break;
            }
            if (path.indexOf('/', prefix.length()) < 0 && at(path, when) != null) {
                names.add(path.substring(prefix.length()));
            }
        }
        return names;
    }

    /// The first zxid after `when` at which a path was created, changed or deleted; `Long.MAX_VALUE` if there is none.
    public long nextChange(String path, long when) {
        return next(changes, path, when);
    }

    /// Likewise for its children coming and going.
    public long nextChildChange(String path, long when) {
        return next(childChanges, path, when);
    }

    private static long next(Map<String, TreeSet<Long>> changes, String path, long when) {
        TreeSet<Long> zxids = changes.get(path);
        Long next = zxids == null ? null : zxids.higher(when);
        return next == null ? Long.MAX_VALUE : next;
    }

    public boolean hasSession(long one) {
        return sessions.contains(one);
    }

    /// True also when it has ended; false for one that only its server knew.
    public boolean hadSession(long one) {
        return everSessions.contains(one);
    }

    public SortedSet<String> ephemerals(long owner) {
        return new TreeSet<>(ephemerals.getOrDefault(owner, new TreeSet<>()));
    }

    // --- what happens

    /// The transaction at `zxid` is one of this session, and of that time.
    public void begin(long transaction, long when, long ofSession) {
        zxid = transaction;
        time = when;
        session = ofSession;
        before.clear();
    }

    public void createSession() {
        sessions.add(session);
        everSessions.add(session);
    }

    /// The session ends and its ephemerals with it, by the wish of its client or without.
    public void closeSession() {
        NotAllowed.unless(sessions.remove(session), "session 0x%x is closed twice, at %x", session, zxid);
        for (String path : ephemerals(session)) {
            delete(path, -1);
        }
        done();
    }

    /// Carries out a write of a client, all of it or nothing.
    public Outcome execute(ClientRequest request) {
        List<ClientRequest> members = request instanceof ClientRequest.Multi multi ? multi.ops() : List.of(request);
        List<String> created = new ArrayList<>();
        for (int place = 0; place < members.size(); place++) {
            ErrorCode error = one(members.get(place), created);
            if (error != ErrorCode.OK) {
                before.forEach(this::restore);
                return new Outcome(error.code(), place, List.of());
            }
        }
        done();
        return new Outcome(0, -1, created);
    }

    private ErrorCode one(ClientRequest request, List<String> created) {
        return switch (request) {
            case ClientRequest.Create create -> create(create, created);
            case ClientRequest.Delete delete -> delete(String.valueOf(delete.path()), delete.version());
            case ClientRequest.SetData set -> setData(set);
            case ClientRequest.Check check -> check(String.valueOf(check.path()), check.version());
            default -> throw new IllegalArgumentException("no write that this model knows: " + request);
        };
    }

    private @Nullable Node now(String path) {
        return at(path, Long.MAX_VALUE);
    }

    private static String parentOf(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private ErrorCode create(ClientRequest.Create create, List<String> created) {
        String wish = String.valueOf(create.path());
        String parent = parentOf(wish);
        Node above = now(parent);
        if (above == null) {
            return ErrorCode.NO_NODE;
        }
        // The number is how many children there ever were.
        String path = (create.flags() & SEQUENTIAL) == 0 ? wish : wish + "%010d".formatted(above.creates);
        if (now(path) != null) {
            return ErrorCode.NODE_EXISTS;
        }
        if (above.owner != 0) {
            return ErrorCode.NO_CHILDREN_FOR_EPHEMERALS;
        }
        long owner = (create.flags() & EPHEMERAL) == 0 ? 0 : session;
        NotAllowed.unless(
                owner == 0 || sessions.contains(owner),
                "%s at %x belongs to session 0x%x, which is over",
                path,
                zxid,
                owner);
        change(path, new Node(create.data(), zxid, zxid, zxid, time, time, 0, 0, 0, 0, owner));
        change(parent, above.withChild(zxid, true));
        created.add(path);
        return ErrorCode.OK;
    }

    private ErrorCode delete(String path, int version) {
        Node node = now(path);
        if (node == null) {
            return ErrorCode.NO_NODE;
        }
        if (version != -1 && version != node.version) {
            return ErrorCode.BAD_VERSION;
        }
        if (node.children > 0) {
            return ErrorCode.NOT_EMPTY;
        }
        String parent = parentOf(path);
        Node above = now(parent);
        if (above == null) {
            throw new IllegalStateException(path + " stands nowhere");
        }
        change(path, null);
        change(parent, above.withChild(zxid, false));
        return ErrorCode.OK;
    }

    private ErrorCode setData(ClientRequest.SetData set) {
        String path = String.valueOf(set.path());
        ErrorCode error = check(path, set.version());
        Node node = now(path);
        if (error == ErrorCode.OK && node != null) {
            change(path, node.withData(set.data(), zxid, time));
        }
        return error;
    }

    private ErrorCode check(String path, int version) {
        Node node = now(path);
        if (node == null) {
            return ErrorCode.NO_NODE;
        }
        return version == -1 || version == node.version ? ErrorCode.OK : ErrorCode.BAD_VERSION;
    }

    // --- keeping the past

    private void change(String path, @Nullable Node node) {
        if (!before.containsKey(path)) {
            before.put(path, now(path));
        }
        put(path, node);
    }

    private void done() {
        before.forEach((path, old) -> {
            Node node = now(path);
            if (old == null || node == null || old.mzxid != node.mzxid || old.czxid != node.czxid) {
                changes.computeIfAbsent(path, key -> new TreeSet<>()).add(zxid);
            } else {
                childChanges.computeIfAbsent(path, key -> new TreeSet<>()).add(zxid);
            }
        });
    }

    private void put(String path, @Nullable Node node) {
        Node old = now(path);
        paths.computeIfAbsent(path, key -> new TreeMap<>()).put(zxid, node);
        own(path, old, node);
    }

    private void own(String path, @Nullable Node old, @Nullable Node node) {
        if (old != null && old.owner != 0) {
            ephemerals.get(old.owner).remove(path);
        }
        if (node != null && node.owner != 0) {
            ephemerals.computeIfAbsent(node.owner, key -> new TreeSet<>()).add(path);
        }
    }

    private void restore(String path, @Nullable Node node) {
        Node failed = now(path);
        paths.get(path).remove(zxid);
        own(path, failed, node);
    }
}
