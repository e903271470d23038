package dev.quorate.ensemble.model;

/// Arithmetic on zxids, which are plain `long`s on every hot path: epoch in the high 32 bits, counter in the low 32.
/// Compare them as signed longs: epochs stay below 2^31.
public final class Zxid {
    /// The highest counter of an epoch; it is never proposed (client-protocol.md §2, peer-protocol.md §5.2).
    public static final long MAX_COUNTER = 0xffff_ffffL;

    private Zxid() {}

    public static long of(long epoch, long counter) {
        return epoch << 32 | counter;
    }

    public static long epoch(long zxid) {
        return zxid >> 32;
    }

    public static long counter(long zxid) {
        return zxid & MAX_COUNTER;
    }

    /// `0x` and lowercase hex without padding, as ZooKeeper prints zxids.
    public static String hex(long zxid) {
        return "0x" + Long.toHexString(zxid);
    }
}
