/// The running server: the loop, the log and snapshot threads, wiring, lifecycle and the command line. Everything
/// meets here and nothing else may use it.
///
/// Threads: the loop owns sockets and member ([MemberLoop]); one thread writes and syncs the log ([LogWriter]); one
/// writes snapshots ([SnapshotWriter]); votes, dials and HTTP are on virtual threads. They speak to the loop through
/// [dev.quorate.ensemble.transport.Reactor#post] only.
@NullMarked
package dev.quorate.ensemble.server;

import org.jspecify.annotations.NullMarked;
