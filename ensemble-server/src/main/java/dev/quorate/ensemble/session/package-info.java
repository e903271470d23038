/// Sessions on the leader: how long they live and how they are named. Time is an argument. Owned by the core's thread.
@NullMarked
package dev.quorate.ensemble.session;

import org.jspecify.annotations.NullMarked;
