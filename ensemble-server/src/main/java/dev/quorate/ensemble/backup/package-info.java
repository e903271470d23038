/// Clean snapshots: what a server left behind, or what a leader has committed, without sessions and without what
/// sessions own (storage-formats.md §10). Reads with bounded memory: what the log changes is held, the tree is not.
/// Everything is synchronous; who calls owns the thread.
@NullMarked
package dev.quorate.ensemble.backup;

import org.jspecify.annotations.NullMarked;
