/// Glue: observe, plan, act, report. One reconcile of an object at a time, on the operator framework's threads; none
/// blocks for longer than the admin time-outs.
@NullMarked
package dev.quorate.operator.reconcile;

import org.jspecify.annotations.NullMarked;
