/// What the suite runs against, behind one interface, and what its classes share: waiting, clients, write load, and
/// what is kept of a failure.
@NullMarked
package dev.quorate.e2e.cluster;

import org.jspecify.annotations.NullMarked;
