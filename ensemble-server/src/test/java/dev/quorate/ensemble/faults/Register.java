package dev.quorate.ensemble.faults;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A znode with data and version, under writes, CAS and reads. No two writes have the same value.
///
/// Whatever a version was seen to hold decides who can have written it; so a write of unknown outcome is only tried
/// where
/// a version that somebody saw or passed has no other author. This leaves nothing out and keeps the search short.
final class Register implements Linearisability.Model<Operation, Register.State> {
    record State(int version, String value) {}

    private final State initial;
    private final Map<Integer, String> values = new HashMap<>();
    private final Map<String, Integer> versions = new HashMap<>();
    private int last;

    Register(State initial, List<Operation> operations) {
        this.initial = initial;
        last = initial.version;
        for (Operation operation : operations) {
            if (operation.ok()) {
                int version = operation.versionAfter();
                values.putIfAbsent(version, operation.value());
                versions.putIfAbsent(operation.value(), version);
                last = Math.max(last, version);
            } else if (operation.outcome() == Operation.Outcome.FAILED) {
                // Somebody may have gone past the version that was expected, and that may be all that is heard of it.
                last = Math.max(last, operation.version() + 1);
            }
        }
    }

    @Override
    public State initial() {
        return initial;
    }

    @Override
    public Optional<State> step(State state, Operation operation) {
        boolean expected = state.version == operation.version();
        State written = new State(state.version + 1, operation.value());
        return switch (operation.outcome()) {
            case OK ->
                switch (operation.kind()) {
                    case WRITE -> when(written.version == operation.version(), written);
                    case CAS -> when(expected, written);
                    default -> when(expected && state.value.equals(operation.value()), state);
                };
            case FAILED -> when(!expected, state);
            case REFUSED -> Optional.of(state);
            case UNKNOWN -> when((operation.kind() == Operation.Kind.WRITE || expected) && couldBe(written), written);
        };
    }

    private boolean couldBe(State written) {
        return written.version <= last
                && written.value.equals(values.getOrDefault(written.version, written.value))
                && written.version == versions.getOrDefault(written.value, written.version);
    }

    private static Optional<State> when(boolean possible, State state) {
        return possible ? Optional.of(state) : Optional.empty();
    }
}
