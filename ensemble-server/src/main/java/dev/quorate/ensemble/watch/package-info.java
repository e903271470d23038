/// Who wants to be told of what (client-protocol.md §15). Owned by the core's thread; a change goes in, events come
/// out.
@NullMarked
package dev.quorate.ensemble.watch;

import org.jspecify.annotations.NullMarked;
