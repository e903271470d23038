package dev.quorate.operator.desired;

/// The backup that the members of a new ensemble begin with.
///
/// @param epochAbove the restored data stands in an epoch well above this one and above the backup's own; the same for
/// every member and every reconcile
public record Recovery(String claimName, String backupId, long epochAbove) {}
