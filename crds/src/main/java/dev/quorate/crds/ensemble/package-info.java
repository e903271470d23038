/// The kind `Ensemble`. Absent optional sections read as their defaults, so code that uses a spec meets no null.
/// Data only: no client, no clock.
@NullMarked
package dev.quorate.crds.ensemble;

import org.jspecify.annotations.NullMarked;
