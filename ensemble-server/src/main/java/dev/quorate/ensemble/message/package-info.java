/// Everything servers and clients say to each other, as values. No bytes, no sockets.
@NullMarked
package dev.quorate.ensemble.message;

import org.jspecify.annotations.NullMarked;
