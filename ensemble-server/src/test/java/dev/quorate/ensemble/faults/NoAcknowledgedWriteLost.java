package dev.quorate.ensemble.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// In the end every server has whatever was acknowledged to anybody, and each request took effect once at most.
final class NoAcknowledgedWriteLost implements Law {
    @Override
    public List<String> check(History history) {
        List<String> violations = new ArrayList<>();
        history.finalTrees().forEach((server, tree) -> {
            for (Operation operation : history.operations()) {
                if (!operation.ok()) {
                    continue;
                }
                History.Found found = tree.get(operation.path());
                boolean kept =
                        switch (operation.kind()) {
                            case WRITE, CAS -> found != null && keeps(found, operation);
                            case SEQUENTIAL -> found != null && found.value().equals(operation.value());
                            case READ, SYNC_READ, EPHEMERAL, OWN_EPHEMERAL, SYNC_EPHEMERAL, SESSION_ENDED -> true;
                        };
                if (!kept) {
                    violations.add(server + " has lost " + operation + ", holds " + found);
                }
            }
            Map<String, Set<String>> values = new HashMap<>();
            tree.forEach((path, found) -> {
                String directory = path.substring(0, path.lastIndexOf('/'));
                if (!found.value().isEmpty()
                        && !values.computeIfAbsent(directory, _ -> new HashSet<>())
                                .add(found.value())) {
                    violations.add(server + ": '" + found.value() + "' was written twice, once as " + path);
                }
            });
        });
        return violations;
    }

    private static boolean keeps(History.Found found, Operation write) {
        return found.version() > write.versionAfter()
                || (found.version() == write.versionAfter() && found.value().equals(write.value()));
    }
}
