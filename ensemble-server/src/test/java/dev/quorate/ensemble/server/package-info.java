/// Tests of the package of the same name.
@NullMarked
package dev.quorate.ensemble.server;

import org.jspecify.annotations.NullMarked;
