package dev.quorate.ensemble.message;

import org.jspecify.annotations.Nullable;

/// First frame of a client (client-protocol.md §2). `readOnly` is null where the old client left the byte out: the
/// response then leaves it out too.
public record ConnectRequest(
        long lastZxidSeen,
        int timeoutMillis,
        long sessionId,
        byte @Nullable [] password,
        @Nullable Boolean readOnly) {}
