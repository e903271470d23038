/// Tests of the package of the same name.
@NullMarked
package dev.quorate.ensemble.transport.peer;

import org.jspecify.annotations.NullMarked;
