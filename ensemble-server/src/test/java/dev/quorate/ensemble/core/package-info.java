/// What the simulation may see of a member from within, for its checkers.
@NullMarked
package dev.quorate.ensemble.core;

import org.jspecify.annotations.NullMarked;
