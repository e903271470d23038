package dev.quorate.ensemble.backup;

import java.io.IOException;

/// Nobody leads at that address, or who led no longer does: with whoever leads then, it may work. The message is one
/// line that names the address.
public final class LeaderLostException extends IOException {
    private static final long serialVersionUID = 1L;

    public LeaderLostException(String message) {
        super(message);
    }
}
