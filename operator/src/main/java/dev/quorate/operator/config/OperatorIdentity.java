package dev.quorate.operator.config;

import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;

/// Who this operator is, among those that could act. Another one after each start, so that what a process left half
/// done is told from what this one does.
@Singleton
public final class OperatorIdentity {
    private final String name;

    public OperatorIdentity() {
        this(Optional.ofNullable(System.getenv("HOSTNAME")).orElse("operator") + "-"
                + UUID.randomUUID().toString().substring(0, 8));
    }

    private OperatorIdentity(String name) {
        this.name = name;
    }

    public static OperatorIdentity named(String name) {
        return new OperatorIdentity(name);
    }

    /// In a pod it begins with the pod's name.
    public String name() {
        return name;
    }
}
