package dev.quorate.ensemble.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A client hears of a change that it watches before anything shows it a state that has the change; and it hears of
/// none that
/// has not happened.
final class WatchBeforeReadOfItsChange implements Law {
    @Override
    public List<String> check(History history) {
        List<String> violations = new ArrayList<>();
        Map<String, TreeMap<Integer, Long>> zxids = history.zxidsOfVersions();
        Map<Integer, TreeMap<Integer, Operation>> shown = new HashMap<>();
        history.byHandle().forEach((handle, operations) -> {
            TreeMap<Integer, Operation> byOrder = new TreeMap<>();
            long seen = 0;
            for (Operation operation : operations) {
                // Only what shows more than everything before can be too early.
                if (operation.ok() && operation.zxid() > seen) {
                    seen = operation.zxid();
                    byOrder.put(operation.order(), operation);
                }
            }
            shown.put(handle, byOrder);
        });
        for (Watched watch : history.watches()) {
            Map.Entry<Integer, Long> change =
                    zxids.getOrDefault(watch.path(), new TreeMap<>()).higherEntry(watch.version());
            if (change == null) {
                if (watch.fired() != Watched.NOT_YET) {
                    violations.add("told of a change that never was: " + watch);
                }
                continue;
            }
            // Of what came before the event the last shows most.
            Map.Entry<Integer, Operation> before =
                    shown.getOrDefault(watch.handle(), new TreeMap<>()).lowerEntry(watch.fired());
            if (before != null
                    && before.getKey() > watch.armed()
                    && before.getValue().zxid() >= change.getValue()) {
                violations.add(watch + " was not told of the change at 0x" + Long.toHexString(change.getValue())
                        + " before " + before.getValue());
            }
        }
        return violations;
    }
}
