/// The operator: observe, plan, act. What may know what is in `ArchitectureTest`.
@NullMarked
package dev.quorate.operator;

import org.jspecify.annotations.NullMarked;
