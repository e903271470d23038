package dev.quorate.ensemble.backup;

import java.io.IOException;

/// The input cannot be used, or the output must not be touched. The message is one line that names the thing.
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    public RefusedException(String message) {
        super(message);
    }
}
