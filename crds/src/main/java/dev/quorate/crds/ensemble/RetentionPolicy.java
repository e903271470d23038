package dev.quorate.crds.ensemble;

/// What becomes of volumes when their owner goes.
public enum RetentionPolicy {
    Retain,
    Delete
}
