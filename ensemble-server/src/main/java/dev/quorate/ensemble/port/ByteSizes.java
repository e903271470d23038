package dev.quorate.ensemble.port;

/// The last, the smallest and the largest of things measured in bytes; each -1 before the first.
public record ByteSizes(int last, int min, int max) {
    public static final ByteSizes NONE = new ByteSizes(-1, -1, -1);

    public ByteSizes and(int bytes) {
        return new ByteSizes(bytes, min < 0 ? bytes : Math.min(min, bytes), Math.max(max, bytes));
    }
}
