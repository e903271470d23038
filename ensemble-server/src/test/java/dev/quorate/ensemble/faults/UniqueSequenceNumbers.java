package dev.quorate.ensemble.faults;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A sequence number is given once, and a later create gets a larger one.
final class UniqueSequenceNumbers implements Law {
    @Override
    public List<String> check(History history) {
        List<String> violations = new ArrayList<>();
        List<Operation> created = history.operations().stream()
                .filter(operation -> operation.kind() == Operation.Kind.SEQUENTIAL && operation.ok())
                .toList();
        Map<Integer, Operation> numbers = new HashMap<>();
        for (Operation operation : created) {
            Operation other = numbers.put(operation.version(), operation);
            if (other != null) {
                violations.add("number given twice: " + other + " and " + operation);
            }
        }
        // Going through time: no create may begin after one with a larger number has returned.
        List<Operation> byReturn = created.stream()
                .sorted(Comparator.comparingLong(Operation::returned))
                .toList();
        int largest = -1;
        int next = 0;
        for (Operation operation : created.stream()
                .sorted(Comparator.comparingLong(Operation::invoked))
                .toList()) {
            while (next < byReturn.size() && byReturn.get(next).returned() < operation.invoked()) {
                largest = Math.max(largest, byReturn.get(next++).version());
            }
            if (operation.version() <= largest) {
                violations.add("number " + largest + " had been given before: " + operation);
            }
        }
        return violations;
    }
}
