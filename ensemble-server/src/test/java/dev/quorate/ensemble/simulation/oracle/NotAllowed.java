package dev.quorate.ensemble.simulation.oracle;

/// Something has happened that the model has no step for.
public final class NotAllowed extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotAllowed(String what) {
        super(what);
    }

    static void unless(boolean allowed, String what, Object... about) {
        if (!allowed) {
            throw new NotAllowed(what.formatted(about));
        }
    }
}
