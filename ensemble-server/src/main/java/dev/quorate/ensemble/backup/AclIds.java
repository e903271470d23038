package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The ACL table of a snapshot, and ids for the ACLs that the log adds to it.
final class AclIds {
    private static final long OPEN_ID = -1;
    private static final List<Acl> OPEN = List.of(new Acl(Acl.ALL, AuthId.ANYONE));

    private final Map<Long, List<Acl>> table;
    private final Map<List<Acl>, Long> ids = new HashMap<>();
    private long last;

    /// `last` is the highest id that the table or a znode has: an id that the table lacks must not become another
    /// ACL's.
    AclIds(Map<Long, List<Acl>> base, long last) {
        table = new TreeMap<>(base);
        this.last = last;
        base.forEach((id, acls) -> ids.putIfAbsent(acls, id));
    }

    long of(List<Acl> acls) {
        if (acls.equals(OPEN)) {
            return OPEN_ID;
        }
        Long id = ids.get(acls);
        if (id == null) {
            id = ++last;
            ids.put(acls, id);
            table.put(id, acls);
        }
        return id;
    }

    Map<Long, List<Acl>> table() {
        return table;
    }
}
