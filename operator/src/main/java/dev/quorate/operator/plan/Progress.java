package dev.quorate.operator.plan;

/// How an ensemble stands between spec and world.
public sealed interface Progress {
    String reason();

    String message();

    /// The world is as the spec wants it.
    record Current(String reason, String message) implements Progress {}

    /// Work goes on by itself.
    record Underway(String reason, String message) implements Progress {}

    /// Nothing more happens without a person or another spec.
    record Stuck(String reason, String message) implements Progress {}
}
