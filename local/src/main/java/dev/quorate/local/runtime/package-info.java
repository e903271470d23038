/// What makes objects come true in the embedded mode: the controllers that Kubernetes would bring (StatefulSet, Job,
/// claims, endpoints, disruption budgets) and a kubelet that runs pods as local processes.
///
/// Threads: one thread, the control loop, owns the controllers' and the kubelet's tables and plans everything anew from
/// the store after each change. Each pod has a virtual thread that waits for its process, and some for its probes; they
/// report by writing the pod's status. Must not know HTTP, kubectl, the operator or any kind of `quorate.dev`.
@NullMarked
package dev.quorate.local.runtime;

import org.jspecify.annotations.NullMarked;
