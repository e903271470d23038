package dev.quorate.ensemble.wire;

/// Bytes that are not what the protocol says. The message names the field; the caller adds where the bytes came from.
public final class MalformedRecordException extends Exception {
    private static final long serialVersionUID = 1;

    public MalformedRecordException(String message) {
        super(message, null, false, false);
    }
}
