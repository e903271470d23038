/// Tests of the package of the same name.
@NullMarked
package dev.quorate.ensemble.config;

import org.jspecify.annotations.NullMarked;
