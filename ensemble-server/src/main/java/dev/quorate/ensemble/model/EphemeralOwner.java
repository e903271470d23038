package dev.quorate.ensemble.model;

/// Reads the persisted owner field, which tells session ephemerals, containers and TTL znodes apart (client-protocol.md
/// §14).
public final class EphemeralOwner {
    public static final long NONE = 0;
    public static final long CONTAINER = 0x8000_0000_0000_0000L;
    /// Largest TTL in milliseconds.
    public static final long TTL_MAX_MILLIS = (1L << 40) - 1;

    private static final long TTL_MARK = 0xff00_0000_0000_0000L;
    private static final long TTL_RESERVED = 0x00ff_ff00_0000_0000L;

    private EphemeralOwner() {}

    public static long ttl(long millis) {
        return TTL_MARK | millis;
    }

    public static boolean isContainer(long owner) {
        return owner == CONTAINER;
    }

    /// True where the bits have the TTL form. With extended types off such a value is a session of server 255 instead.
    public static boolean isTtl(long owner) {
        return (owner & TTL_MARK) == TTL_MARK && (owner & TTL_RESERVED) == 0 && owner != TTL_MARK;
    }

    public static long ttlMillis(long owner) {
        return owner & TTL_MAX_MILLIS;
    }

    /// True when the znode lives as long as a session. `extendedTypes` is the server's `extendedTypesEnabled`.
    public static boolean isSession(long owner, boolean extendedTypes) {
        return owner != NONE && !isContainer(owner) && !(extendedTypes && isTtl(owner));
    }
}
