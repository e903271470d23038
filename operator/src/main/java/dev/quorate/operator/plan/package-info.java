/// What to do next: (spec, observed, now) to a plan, pure and made anew each time. Sees data, never a client.
@NullMarked
package dev.quorate.operator.plan;

import org.jspecify.annotations.NullMarked;
