package dev.quorate.operator.desired;

/// The backup that the members of a new ensemble begin with.
public record Recovery(String claimName, String backupId) {}
