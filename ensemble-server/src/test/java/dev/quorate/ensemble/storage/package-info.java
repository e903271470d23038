/// Tests of the package of the same name.
@NullMarked
package dev.quorate.ensemble.storage;

import org.jspecify.annotations.NullMarked;
