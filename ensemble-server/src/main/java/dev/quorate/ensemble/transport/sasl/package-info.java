/// SASL between servers: what is said, from the first packet to the last, whoever carries the bytes. It knows no socket
/// but in [Exchange#run], and nothing of what peers say afterwards.
@NullMarked
package dev.quorate.ensemble.transport.sasl;

import org.jspecify.annotations.NullMarked;
