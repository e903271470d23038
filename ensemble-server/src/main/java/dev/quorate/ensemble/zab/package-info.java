/// Rules of discovery, synchronisation and broadcast that are worth standing alone (peer-protocol.md §4, §5): what
/// was committed lately, how a learner is brought up to date, when a proposal is committed. Owned by the core's
/// thread.
@NullMarked
package dev.quorate.ensemble.zab;

import org.jspecify.annotations.NullMarked;
