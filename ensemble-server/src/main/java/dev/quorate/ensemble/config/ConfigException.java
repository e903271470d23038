package dev.quorate.ensemble.config;

/// A configuration that a server must not start with. The message is one line for the user: it names the file, the key,
/// the value and what is allowed.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }
}
