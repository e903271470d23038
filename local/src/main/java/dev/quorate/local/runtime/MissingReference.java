package dev.quorate.local.runtime;

/// A pod refers to an object or a key that is not there (yet); the message says which, as Kubernetes does.
final class MissingReference extends Exception {
    private static final long serialVersionUID = 1;

    MissingReference(String message) {
        super(message);
    }
}
