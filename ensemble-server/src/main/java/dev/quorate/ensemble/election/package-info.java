/// Fast leader election (peer-protocol.md §2.5, §2.6): votes in, a leader out. Time is an argument. Owned by the
/// core's thread; knows no sockets and nothing of what the leader does then.
@NullMarked
package dev.quorate.ensemble.election;

import org.jspecify.annotations.NullMarked;
