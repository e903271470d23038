/// Sockets. [Reactor] is the one selector that clients and quorum links share; `client` and `peer` turn bytes into
/// calls and calls into bytes. Owner: the server's loop thread, but for what blocks (look-ups, dials, the election
/// port), which runs on virtual threads and reports through [Reactor#post]. Knows nothing of the member that it
/// serves.
@NullMarked
package dev.quorate.ensemble.transport;

import org.jspecify.annotations.NullMarked;
