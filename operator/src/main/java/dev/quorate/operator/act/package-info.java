/// Carries out the steps of a plan, each idempotent. Makes no choices.
@NullMarked
package dev.quorate.operator.act;

import org.jspecify.annotations.NullMarked;
