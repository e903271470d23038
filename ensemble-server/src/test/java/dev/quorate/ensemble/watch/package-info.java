/// Tests of the watch tables, against a slow twin.
@NullMarked
package dev.quorate.ensemble.watch;

import org.jspecify.annotations.NullMarked;
