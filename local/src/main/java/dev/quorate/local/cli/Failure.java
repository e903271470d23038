package dev.quorate.local.cli;

/// Ends the command with one line on standard error and an exit code.
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    static final int FAILED = 1;
    /// Taken by picocli for wrong usage.
    static final int USAGE = 2;
    static final int NOT_RUNNING = 3;
    static final int NOT_READY = 4;
    static final int ALREADY_RUNNING = 5;

    private final int exitCode;

    Failure(int exitCode, String line) {
        super(line);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
