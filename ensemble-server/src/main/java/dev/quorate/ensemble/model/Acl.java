package dev.quorate.ensemble.model;

/// One ACL entry: permission bits (see the constants) granted to an identity.
public record Acl(int perms, AuthId id) {
    public static final int READ = 1;
    public static final int WRITE = 2;
    public static final int CREATE = 4;
    public static final int DELETE = 8;
    public static final int ADMIN = 16;
    public static final int ALL = 31;
}
