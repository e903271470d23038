package dev.quorate.ensemble.core;

/// Which sessions there are besides those of the whole ensemble. `local`: new sessions stay on their server;
/// `upgrading`:
/// such a session becomes one of the ensemble when it creates an ephemeral, which otherwise fails. Unless
/// `readOnlyAfterMillis` is 0, a server that has looked for a leader for longer serves those who only want to read.
public record SessionModes(boolean local, boolean upgrading, int readOnlyAfterMillis) {
    public static final SessionModes NONE = new SessionModes(false, false, 0);
}
