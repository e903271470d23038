/// The embedded mode: the smallest stand-in for a Kubernetes cluster that lets the operator and kubectl work unchanged.
@NullMarked
package dev.quorate.local;

import org.jspecify.annotations.NullMarked;
