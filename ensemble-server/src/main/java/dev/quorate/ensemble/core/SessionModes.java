package dev.quorate.ensemble.core;

/// Which sessions there are besides those of the whole ensemble. `local`: new sessions stay on their server;
/// `upgrading`:
/// such a session becomes one of the ensemble when it creates an ephemeral, which otherwise fails.
public record SessionModes(boolean local, boolean upgrading) {
    public static final SessionModes NONE = new SessionModes(false, false);
}
