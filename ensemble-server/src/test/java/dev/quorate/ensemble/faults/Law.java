package dev.quorate.ensemble.faults;

import java.util.List;

/// What every history has to keep.
interface Law {
    /// Violations as sentences; empty if there are none.
    List<String> check(History history);
}
