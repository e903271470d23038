package dev.quorate.operator.plan;

import dev.quorate.crds.ensemble.OperationStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is to be done now, and what to say of it.
///
/// @param steps in this order
/// @param operation the disruptive operation in flight from now on, null for none. It is written down before its first
/// step is taken
/// @param initialized whether the bootstrap is over; never goes back
/// @param restartReasons by server id, of members that are to be restarted
public record EnsemblePlan(
        List<EnsembleStep> steps,
        Progress progress,
        @Nullable OperationStatus operation,
        boolean initialized,
        Map<Long, List<RestartReason>> restartReasons) {}
