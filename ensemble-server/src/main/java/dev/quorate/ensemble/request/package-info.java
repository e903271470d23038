/// What a request means: a write becomes a transaction or an error without changing anything, a read is answered from
/// the tree. Validation order is that of client-protocol.md §8. Owned by the core's thread.
@NullMarked
package dev.quorate.ensemble.request;

import org.jspecify.annotations.NullMarked;
