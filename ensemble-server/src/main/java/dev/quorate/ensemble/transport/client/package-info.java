/// The client port: framing, handshake, four-letter words, limits and back-pressure. Requests are decoded and replies
/// encoded right where the bytes are, on the loop's thread; a turn's replies to one client leave in one write. Knows no
/// session, tree or role: those are behind [ClientEvents].
@NullMarked
package dev.quorate.ensemble.transport.client;

import org.jspecify.annotations.NullMarked;
