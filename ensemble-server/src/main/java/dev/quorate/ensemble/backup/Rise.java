package dev.quorate.ensemble.backup;

/// How far above its source a clean snapshot stands, so that no zxid and no sequence number is ever given out twice:
/// nobody knows what clients saw after the source was read.
///
/// @param epochAbove an epoch that is known to have been used, 0 for none
/// @param epochs how many epochs above every known one, at least 1
/// @param sequences how much is added to create counters above zero, at least 0
public record Rise(long epochAbove, long epochs, int sequences) {
    public static final long EPOCHS = 1024;
    public static final int SEQUENCES = 1_000_000;

    /// Nothing at all: the snapshot stands where its source stands.
    public static final Rise NONE = new Rise(0, 0, 0);

    public static Rise above(long epoch) {
        return new Rise(epoch, EPOCHS, SEQUENCES);
    }

    boolean isNone() {
        return epochs == 0;
    }
}
