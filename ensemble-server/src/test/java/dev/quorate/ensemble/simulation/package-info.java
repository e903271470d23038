/// The whole ensemble in one thread under one seed: real members, simulated network, disks, clocks and clients.
/// Everything that happens is an event of the [Scheduler]; after each one the laws are checked. See docs/testing.md.
@NullMarked
package dev.quorate.ensemble.simulation;

import org.jspecify.annotations.NullMarked;
