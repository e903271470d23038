/// What the core needs of the world, as small interfaces; each has an in-memory twin among the test fixtures.
@NullMarked
package dev.quorate.ensemble.port;

import org.jspecify.annotations.NullMarked;
