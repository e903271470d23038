/// Tests of the package of the same name.
@NullMarked
package dev.quorate.ensemble.backup;

import org.jspecify.annotations.NullMarked;
