package dev.quorate.ensemble.simulation;

/// A law is broken.
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;

    final String law;

    Violation(String law, String what) {
        super(law + ": " + what);
        this.law = law;
    }
}
