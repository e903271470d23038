/// What the operator itself is told, parsed once.
@NullMarked
package dev.quorate.operator.config;

import org.jspecify.annotations.NullMarked;
