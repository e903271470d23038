/// Bugs planted into the member's classes while they are loaded: what the simulation is worth is how fast it finds
/// them. Production code knows nothing of this.
@NullMarked
package dev.quorate.ensemble.simulation.mutation;

import org.jspecify.annotations.NullMarked;
