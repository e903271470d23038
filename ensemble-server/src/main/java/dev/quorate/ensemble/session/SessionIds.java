package dev.quorate.ensemble.session;

/// Session ids and their passwords (client-protocol.md §2, §16). The password is a function of the id alone, the same
/// on every server.
public final class SessionIds {
    private static final long SECRET = 0xB3415C00L;
    private static final long MULTIPLIER = 0x5DEECE66DL;
    private static final long MASK = (1L << 48) - 1;
    private static final int PASSWORD_BYTES = 16;

    private long next;

    /// Ids of this server from now on; `millis` makes them differ from those of an earlier life.
    public SessionIds(long serverId, long millis) {
        next = ((millis << 24) >>> 8 & 0x00ff_ffff_ffff_ffffL) | serverId << 56;
    }

    public long next() {
        long id = next++;
        if (id == Long.MIN_VALUE) {
            id = next++;
        }
        return id;
    }

    public static byte[] password(long sessionId) {
        byte[] password = new byte[PASSWORD_BYTES];
        long seed = (sessionId ^ SECRET ^ MULTIPLIER) & MASK;
        for (int i = 0; i < PASSWORD_BYTES; i += 4) {
            seed = (seed * MULTIPLIER + 0xB) & MASK;
            int word = (int) (seed >> 16);
            for (int j = 0; j < 4; j++) {
                password[i + j] = (byte) (word >> 8 * j);
            }
        }
        return password;
    }
}
