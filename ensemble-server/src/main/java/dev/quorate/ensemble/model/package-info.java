/// Values every other package speaks in: zxids, ACLs, stats, error codes, path rules. Immutable, no state, no owner
/// thread.
@NullMarked
package dev.quorate.ensemble.model;

import org.jspecify.annotations.NullMarked;
