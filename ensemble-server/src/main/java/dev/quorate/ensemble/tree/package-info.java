/// The tree of znodes: what a committed transaction does to it, and how it leaves for and comes back from snapshots.
/// Owned by the core's thread; no clock, no I/O, no locks. Knows nothing of requests, sessions' expiry or watches.
@NullMarked
package dev.quorate.ensemble.tree;

import org.jspecify.annotations.NullMarked;
