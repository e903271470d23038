/// The command line `./quorate`: brings the embedded mode up and down and looks into it.
///
/// `up` owns the state folder while it runs (a file lock); the other commands read what is in that folder, or end the
/// process that holds the lock. Here alone the kinds of `quorate.dev` and the operator are known.
@NullMarked
package dev.quorate.local.cli;

import org.jspecify.annotations.NullMarked;
