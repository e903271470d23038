/// The few bytes of ZooKeeper's client protocol that a commit proof needs. Blocking, with deadlines; one thread a
/// connection.
@NullMarked
package dev.quorate.operator.client;

import org.jspecify.annotations.NullMarked;
