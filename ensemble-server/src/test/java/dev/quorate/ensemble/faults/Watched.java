package dev.quorate.ensemble.faults;

/// A watch that a read has left, and where it fired among the replies of its handle.
///
/// @param version that the read showed
/// @param armed order of the read's reply
/// @param fired order of the event, [#NOT_YET] if none came
record Watched(int handle, String path, int version, int armed, int fired) {
    static final int NOT_YET = Integer.MAX_VALUE;
}
