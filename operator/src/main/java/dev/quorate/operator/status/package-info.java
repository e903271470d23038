/// The single maker of status and conditions; `observedGeneration` always goes with them. Pure.
@NullMarked
package dev.quorate.operator.status;

import org.jspecify.annotations.NullMarked;
