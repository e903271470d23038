@NullMarked
package dev.quorate.ensemble.transport.sasl;

import org.jspecify.annotations.NullMarked;
