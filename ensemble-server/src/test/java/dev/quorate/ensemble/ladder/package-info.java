/// The conformance ladder of peer-protocol.md §10 against Apache ZooKeeper: a class a rung, or for a few rungs that
/// share
/// their ensemble. `docs/testing.md` lists which rung is where, since some are climbed by tests of other packages.
@NullMarked
package dev.quorate.ensemble.ladder;

import org.jspecify.annotations.NullMarked;
