/// The quorum server. Each package below is a room with its own rules; the arrows between them point one way.
@NullMarked
package dev.quorate.ensemble;

import org.jspecify.annotations.NullMarked;
