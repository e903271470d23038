package dev.quorate.ensemble.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A version of a znode has one value and one zxid, whoever is asked, and zxids grow as versions do.
final class OneHistory implements Law {
    @Override
    public List<String> check(History history) {
        List<String> violations = new ArrayList<>();
        history.registers().forEach((path, operations) -> {
            TreeMap<Integer, Operation> known = new TreeMap<>();
            for (Operation operation : operations) {
                if (operation.ok()) {
                    Operation first = known.putIfAbsent(operation.versionAfter(), operation);
                    if (first != null
                            && (first.zxid() != operation.zxid()
                                    || !first.value().equals(operation.value()))) {
                        violations.add("two stories of one version: " + first + " and " + operation);
                    }
                }
            }
            Operation before = null;
            for (Map.Entry<Integer, Operation> entry : known.entrySet()) {
                Operation operation = entry.getValue();
                if (before != null && before.zxid() >= operation.zxid()) {
                    violations.add("a later version is older: " + before + " and " + operation);
                }
                before = operation;
            }
        });
        return violations;
    }
}
