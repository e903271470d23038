package dev.quorate.ensemble.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A client never goes back in time, and its writes take effect in the order in which it asked for them.
final class SessionOrder implements Law {
    @Override
    public List<String> check(History history) {
        List<String> violations = new ArrayList<>();
        Map<String, TreeMap<Integer, Long>> zxids = history.zxidsOfVersions();
        history.byHandle().values().forEach(operations -> {
            long seen = 0;
            Operation lastWrite = null;
            for (Operation operation : operations) {
                if (!operation.ok() || operation.zxid() == 0) {
                    continue;
                }
                TreeMap<Integer, Long> versions = zxids.get(operation.path());
                if (versions != null) {
                    Map.Entry<Integer, Long> next = versions.higherEntry(operation.versionAfter());
                    if (next != null && next.getValue() <= seen) {
                        violations.add("shown zxid 0x" + Long.toHexString(seen) + " before, now the state before 0x"
                                + Long.toHexString(next.getValue()) + ": " + operation);
                    }
                }
                seen = Math.max(seen, operation.zxid());
                if (operation.isWrite()) {
                    if (lastWrite != null
                            && (lastWrite.zxid() < operation.zxid()) != (lastWrite.invoked() < operation.invoked())) {
                        violations.add("writes of one session out of order: " + lastWrite + " and " + operation);
                    }
                    lastWrite = operation;
                }
            }
        });
        return violations;
    }
}
