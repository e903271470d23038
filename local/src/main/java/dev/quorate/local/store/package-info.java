/// The objects of the embedded mode: one map, one counter of revisions, one file each on disk. Any thread; one lock.
///
/// Must not know HTTP or what any kind means.
@NullMarked
package dev.quorate.local.store;

import org.jspecify.annotations.NullMarked;
