@NullMarked
package dev.quorate.ensemble.transport.tls;

import org.jspecify.annotations.NullMarked;
