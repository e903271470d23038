package dev.quorate.ensemble.faults;

import java.util.ArrayList;
import java.util.List;

/// Writes, CAS and reads behind a sync of one znode could have happened one after the other.
final class LinearisableRegisters implements Law {
    @Override
    public List<String> check(History history) {
        List<String> violations = new ArrayList<>();
        history.registers().forEach((path, operations) -> {
            Register register = new Register(History.INITIAL, operations);
            List<Linearisability.Interval<Operation>> intervals = operations.stream()
                    .filter(operation -> operation.kind() != Operation.Kind.READ)
                    .filter(operation -> operation.isWrite() || operation.ok())
                    .map(operation ->
                            new Linearisability.Interval<>(operation, operation.invoked(), operation.returned()))
                    .toList();
            switch (Linearisability.check(register, intervals)) {
                case Linearisability.Verdict.Linearisable _ -> {}
                case Linearisability.Verdict.Violated<?>(Object furthest) ->
                    violations.add(path + ": no order of its operations explains all outcomes; the longest ends before "
                            + furthest);
                case Linearisability.Verdict.Undecided(long steps) ->
                    violations.add(path + ": no order found in " + steps + " steps");
            }
        });
        return violations;
    }
}
