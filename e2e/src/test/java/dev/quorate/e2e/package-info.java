/// The end-to-end suite: classes named for what a user fears, the same ones against every kind of cluster.
@NullMarked
package dev.quorate.e2e;

import org.jspecify.annotations.NullMarked;
