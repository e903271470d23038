/// Tests of what requests mean, and the random histories that other tests share.
@NullMarked
package dev.quorate.ensemble.request;

import org.jspecify.annotations.NullMarked;
