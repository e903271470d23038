package dev.quorate.ensemble.message;

import org.jspecify.annotations.Nullable;

/// First frame to a client; `timeoutMillis` 0 and `sessionId` 0 say that the session is invalid. `readOnly` null: byte
/// left out.
public record ConnectResponse(
        int timeoutMillis,
        long sessionId,
        byte[] password,
        @Nullable Boolean readOnly) {}
