/// The command line `./quorate`: brings the embedded mode up and down and talks to it.
///
/// `up` owns the state folder while it runs (a file lock) and wires API server, runtime and operator; the other
/// commands are clients of its API server, or of its process id. Must not know how objects are stored or pods are
/// run.
@NullMarked
package dev.quorate.local.cli;

import org.jspecify.annotations.NullMarked;
