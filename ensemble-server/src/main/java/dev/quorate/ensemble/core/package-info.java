/// The member of an ensemble as one deterministic state machine: [EnsembleMember#step] takes an [Event] and tells an
/// [Outbox] what is to be done. It does no I/O, owns no thread, reads no clock and logs nothing; same state and same
/// events give the same effects.
///
/// Contract for whoever runs it (the server's loop, the simulator):
///
/// 1. One thread calls `step`; events are handed over in the order in which they arrived on each connection.
/// 2. `append`s are written in order. [Event.LogSynced] is given only when everything up to its zxid is on disk
///    (fsync returned).
/// 3. What is sent with `sendToLeader`, `sendToLearner`, `reply` is sent in order for each link. The core itself
///    never emits an ack before it was told the durability it needs; the runner may therefore send at once.
/// 4. Storage requests (`storeAcceptedEpoch`, `storeCurrentEpoch`, `truncate`, `configChanged`, the end of a snapshot
///    file, `append`) are carried out in the order in which they were emitted. Their completion comes back as an event,
///    but for `configChanged`: nothing waits for it, since what follows it is on disk only after it.
/// 5. A failed write or fsync is [Event.StorageFailed]: the member stops for good. Nothing is retried.
/// 6. `nowNanos` never goes back. Wall clock time is an argument too; it may jump.
/// 7. Links are named by numbers that are never used twice. Events of a link that the core has closed are ignored.
@NullMarked
package dev.quorate.ensemble.core;

import org.jspecify.annotations.NullMarked;
