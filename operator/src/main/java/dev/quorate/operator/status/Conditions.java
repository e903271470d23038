package dev.quorate.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// Makes the conditions of one status. A condition keeps its `lastTransitionTime` while its status stays the same; one
/// that is not made again is gone. `Reconciling` and `Stalled` are there only while they are true, as kstatus wants it.
public final class Conditions {
    public static final String READY = "Ready";
    public static final String RECONCILING = "Reconciling";
    public static final String STALLED = "Stalled";

    private final List<Condition> before;
    private final long generation;
    private final Instant now;
    private final List<Condition> made = new ArrayList<>();

    /// @param generation of the object that the conditions speak of
    public Conditions(List<Condition> before, long generation, Instant now) {
        this.before = before;
        this.generation = generation;
        this.now = now;
    }

    /// @param reason CamelCase, never empty
    public Conditions add(String type, boolean status, String reason, String message) {
        String text = status ? "True" : "False";
        String since = before.stream()
                .filter(c -> type.equals(c.getType()) && text.equals(c.getStatus()))
                .map(Condition::getLastTransitionTime)
                .findFirst()
                .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
        made.add(new ConditionBuilder()
                .withType(type)
                .withStatus(text)
                .withReason(reason)
                .withMessage(message)
                .withObservedGeneration(generation)
                .withLastTransitionTime(since)
                .build());
        return this;
    }

    /// Everything in the spec is true.
    public Conditions ready(String reason, String message) {
        return add(READY, true, reason, message);
    }

    /// Work goes on by itself.
    public Conditions inProgress(String reason, String message) {
        return add(READY, false, reason, message).add(RECONCILING, true, reason, message);
    }

    /// Nothing more happens without a person.
    public Conditions stalled(String reason, String message) {
        return add(READY, false, reason, message).add(STALLED, true, reason, message);
    }

    public List<Condition> list() {
        return List.copyOf(made);
    }
}
