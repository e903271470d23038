package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import java.util.HashMap;
import java.util.Map;

/// The writes of a session take effect in the order in which its client asked for them, also when it changes servers
/// in between.
final class SessionFifo implements Laws.Law {
    private final Map<Long, Integer> last = new HashMap<>();

    @Override
    public void committed(TxnEntry entry) {
        int cxid = entry.header().cxid();
        if (cxid <= 0 || entry.txn() instanceof Txn.Error) {
            return;
        }
        Integer before = last.put(entry.header().sessionId(), cxid);
        if (before != null && before >= cxid) {
            throw new Violation(
                    "SessionFifo",
                    "request " + cxid + " of session 0x"
                            + Long.toHexString(entry.header().sessionId()) + " takes effect after request " + before
                            + ", at " + Zxid.hex(entry.zxid()));
        }
    }
}
