package dev.quorate.ensemble.storage;

import java.io.IOException;

/// A file says something it must not say. The message is one line that names file, offset and zxid as far as known.
public final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1L;

    public CorruptFileException(String message) {
        super(message);
    }
}
