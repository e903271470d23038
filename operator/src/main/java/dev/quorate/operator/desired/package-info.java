/// Spec to Kubernetes objects: pure functions. No client, no clock, no environment.
@NullMarked
package dev.quorate.operator.desired;

import org.jspecify.annotations.NullMarked;
