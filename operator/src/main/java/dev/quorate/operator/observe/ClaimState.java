package dev.quorate.operator.observe;

/// What a claim is good for.
public enum ClaimState {
    Missing,
    /// It is being deleted, or its volume is lost.
    Lost,
    /// It allows no other mount than a read-only one.
    ReadOnly,
    /// By one pod at a time, wherever it runs.
    OnePod,
    /// By the pods of one node at a time.
    OneNode,
    Writable
}
