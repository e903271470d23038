package dev.quorate.ensemble.faults;

import dev.quorate.ensemble.faults.Operation.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An ephemeral is there from its create to the end of its session, and not an instant longer.
///
/// That a session still lives is proven by a later write of it: a read may come from a server that has not heard yet.
final class EphemeralsLiveAsTheirSession implements Law {
    @Override
    public List<String> check(History history) {
        Map<Long, Long> ended = new HashMap<>();
        Map<Long, Long> alive = new HashMap<>();
        Map<String, Operation> created = new HashMap<>();
        for (Operation operation : history.operations()) {
            if (operation.kind() == Kind.SESSION_ENDED) {
                ended.merge(operation.session(), operation.returned(), Math::min);
            }
            if (operation.ok() && operation.isWrite()) {
                alive.merge(operation.session(), operation.invoked(), Math::max);
            }
            if (operation.ok() && operation.kind() == Kind.EPHEMERAL) {
                created.put(operation.path(), operation);
            }
        }
        List<String> violations = new ArrayList<>();
        alive.forEach((session, write) -> {
            if (write > ended.getOrDefault(session, Long.MAX_VALUE)) {
                violations.add("session 0x" + Long.toHexString(session) + " writes after its end");
            }
        });
        for (Operation look : history.operations()) {
            Operation create = created.get(look.path());
            if (create == null || (look.kind() != Kind.OWN_EPHEMERAL && look.kind() != Kind.SYNC_EPHEMERAL)) {
                continue;
            }
            long end = ended.getOrDefault(create.session(), Long.MAX_VALUE);
            if (look.ok() && look.kind() == Kind.SYNC_EPHEMERAL && look.invoked() > end) {
                violations.add("there after the end of its session: " + look);
            }
            boolean looksAfterCreate = look.kind() == Kind.OWN_EPHEMERAL
                    ? look.handle() == create.handle() && look.order() > create.order()
                    : look.invoked() > create.returned();
            if (look.outcome() == Operation.Outcome.FAILED
                    && looksAfterCreate
                    && alive.getOrDefault(create.session(), 0L) > look.returned()) {
                violations.add("gone while its session lives: " + look);
            }
        }
        return violations;
    }
}
