package dev.quorate.ensemble.request;

import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who may do what, and what a client's ACL list becomes before it is stored (client-protocol.md §12).
public final class Permissions {
    private final boolean skipAcl;

    public Permissions(RequestConfig config) {
        skipAcl = config.skipAcl();
    }

    /// Whether one of these identities has one of the permissions; an empty list permits everything. Null is a list
    /// that a damaged snapshot lost: nobody but `super` passes.
    public boolean allows(@Nullable List<Acl> acls, int perms, List<AuthId> ids) {
        if (skipAcl) {
            return true;
        }
        if (acls == null) {
            return hasSuper(ids);
        }
        if (acls.isEmpty()) {
            return true;
        }
        for (int i = 0; i < acls.size(); i++) {
            Acl acl = acls.get(i);
            if ((acl.perms() & perms) != 0 && AuthId.ANYONE.equals(acl.id())) {
                return true;
            }
        }
        for (AuthId id : ids) {
            if (Authentication.SUPER.equals(id.scheme()) || matchesOne(acls, perms, id)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasSuper(List<AuthId> ids) {
        for (AuthId id : ids) {
            if (Authentication.SUPER.equals(id.scheme())) {
                return true;
            }
        }
        return false;
    }

    private static boolean matchesOne(List<Acl> acls, int perms, AuthId id) {
        for (Acl acl : acls) {
            String scheme = acl.id().scheme();
            String aclId = acl.id().id();
            String clientId = id.id();
            if ((acl.perms() & perms) != 0
                    && scheme != null
                    && aclId != null
                    && clientId != null
                    && scheme.equals(id.scheme())
                    && Authentication.matches(scheme, clientId, aclId)) {
                return true;
            }
        }
        return false;
    }

    /// The list to store, null when the client's is not acceptable: duplicates go, `auth` becomes the client's own
    /// identities.
    static @Nullable List<Acl> fix(@Nullable List<Acl> acls, List<AuthId> ids) {
        if (acls == null || acls.isEmpty()) {
            return null;
        }
        if (acls.size() == 1 && AuthId.ANYONE.equals(acls.getFirst().id())) {
            return acls;
        }
        Set<Acl> distinct = new LinkedHashSet<>(acls);
        List<Acl> fixed = new ArrayList<>(distinct.size());
        for (Acl acl : distinct) {
            String scheme = acl.id().scheme();
            String id = acl.id().id();
            if (scheme == null) {
                return null;
            }
            if (scheme.equals(Authentication.AUTH)) {
                int before = fixed.size();
                for (AuthId own : ids) {
                    if (Authentication.provesSomebody(own)) {
                        fixed.add(new Acl(acl.perms(), own));
                    }
                }
                if (fixed.size() == before) {
                    return null;
                }
            } else if (id != null && Authentication.isValidId(scheme, id)) {
                fixed.add(acl);
            } else {
                return null;
            }
        }
        return fixed;
    }
}
