/// Servers as processes, ours and Apache ZooKeeper's, started from the same `zoo.cfg`: for tests of what only processes
/// show.
@NullMarked
package dev.quorate.ensemble.process;

import org.jspecify.annotations.NullMarked;
