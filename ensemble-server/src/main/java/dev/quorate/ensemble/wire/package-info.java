/// Values to bytes and back (client-protocol.md, peer-protocol.md, storage-formats.md). Stateless or owned by one
/// caller; no sockets, no files. Whatever cannot be read is a [MalformedRecordException], never another exception and
/// never a wrong value.
@NullMarked
package dev.quorate.ensemble.wire;

import org.jspecify.annotations.NullMarked;
