/// The files of a server, as ZooKeeper 3.9 writes and reads them (storage-formats.md): log, snapshots, epochs.
/// Everything is synchronous and for one thread at a time; who calls owns the thread. Knows no member, no socket and
/// no clock.
@NullMarked
package dev.quorate.ensemble.storage;

import org.jspecify.annotations.NullMarked;
