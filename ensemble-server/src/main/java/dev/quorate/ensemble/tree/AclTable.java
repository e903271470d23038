package dev.quorate.ensemble.tree;

import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Equal ACLs are stored once and counted (storage-formats.md §4.1). Id -1 is the open ACL and is not in the table.
final class AclTable {
    static final long OPEN_ID = -1;
    /// What a znode has whose ACL is not in its snapshot's table: a fuzzy snapshot may miss new ones, and the log then
    /// sets it.
    static final long MISSING_ID = -2;
    static final List<Acl> OPEN = List.of(new Acl(Acl.ALL, AuthId.ANYONE));

    private static final class Entry {
        final List<Acl> acls;
        int uses;

        Entry(List<Acl> acls) {
            this.acls = acls;
        }
    }

    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private final Map<List<Acl>, Long> ids = new HashMap<>();
    private long next = 1;

    /// The id of an ACL, which is used once more from now on.
    long use(List<Acl> acls) {
        if (isOpen(acls)) {
            return OPEN_ID;
        }
        Long id = ids.get(acls);
        if (id == null) {
            id = next++;
            List<Acl> copy = List.copyOf(acls);
            entries.put(id, new Entry(copy));
            ids.put(copy, id);
        }
        return use(id);
    }

    private static boolean isOpen(List<Acl> acls) {
        if (acls == OPEN) {
            return true;
        }
        return acls.size() == 1
                && acls.getFirst().perms() == Acl.ALL
                && acls.getFirst().id().equals(AuthId.ANYONE);
    }

    /// A znode of a snapshot refers to an id. Returns the id to keep: an unknown one must not become another ACL's
    /// later.
    long use(long id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return id == OPEN_ID ? OPEN_ID : MISSING_ID;
        }
        entry.uses++;
        return id;
    }

    void release(long id) {
        Entry entry = id == OPEN_ID ? null : entries.get(id);
        if (entry != null && --entry.uses <= 0) {
            entries.remove(id);
            ids.remove(entry.acls);
        }
    }

    /// Null for an id that a damaged snapshot did not define.
    @Nullable
    List<Acl> get(long id) {
        if (id == OPEN_ID) {
            return OPEN;
        }
        Entry entry = entries.get(id);
        return entry == null ? null : entry.acls;
    }

    void load(Map<Long, List<Acl>> table) {
        table.forEach((id, acls) -> {
            entries.put(id, new Entry(acls));
            ids.put(acls, id);
            next = Math.max(next, id + 1);
        });
    }

    void dropUnused() {
        entries.values().removeIf(entry -> {
            if (entry.uses == 0) {
                ids.remove(entry.acls);
                return true;
            }
            return false;
        });
    }

    Map<Long, List<Acl>> copy() {
        Map<Long, List<Acl>> copy = new TreeMap<>();
        entries.forEach((id, entry) -> copy.put(id, entry.acls));
        return copy;
    }
}
