package dev.quorate.operator.observe;

/// What a claim is good for.
public enum ClaimState {
    Missing,
    /// It is being deleted, or its volume is lost.
    Lost,
    /// It allows no other mount than a read-only one.
    ReadOnly,
    Writable
}
