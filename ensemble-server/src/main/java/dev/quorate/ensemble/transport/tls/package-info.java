/// TLS of all ports, on the JDK's own. [Tls] holds the key material and takes it anew when its files change;
/// [PortSecurity] says what a port does with a fresh connection; a handshake blocks, on a virtual thread of its own;
/// what is left then is a [SecureChannel] for the loop, or an ordinary socket. Knows no protocol above the bytes.
@NullMarked
package dev.quorate.ensemble.transport.tls;

import org.jspecify.annotations.NullMarked;
