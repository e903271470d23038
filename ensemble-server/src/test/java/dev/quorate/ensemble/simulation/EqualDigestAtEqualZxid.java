package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.MemberView;
import dev.quorate.ensemble.model.Zxid;
import java.util.HashMap;
import java.util.Map;

/// Trees that stand at the same zxid are the same, and what the leader foresaw.
final class EqualDigestAtEqualZxid implements Laws.Law {
    private final Map<Long, Long> digests = new HashMap<>();

    @Override
    public void stepped(SimulatedServer server) {
        MemberView view = server.view();
        if (!view.serving()) {
            return;
        }
        long zxid = view.tree().lastZxid();
        if (view.tree().digestMismatches() > 0) {
            throw new Violation(
                    "EqualDigestAtEqualZxid",
                    "server " + server.id + " is not what its transactions say, at zxid " + Zxid.hex(zxid));
        }
        Long other = digests.putIfAbsent(zxid, view.tree().digest());
        if (other != null && other != view.tree().digest()) {
            throw new Violation("EqualDigestAtEqualZxid", "server " + server.id + " differs at zxid " + Zxid.hex(zxid));
        }
    }
}
