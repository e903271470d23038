package dev.quorate.ensemble.model;

import org.jspecify.annotations.Nullable;

/// An identity: of a client (after authentication) or in an ACL. The wire allows null for both parts; validation
/// refuses it.
public record AuthId(@Nullable String scheme, @Nullable String id) {
    public static final AuthId ANYONE = new AuthId("world", "anyone");
}
