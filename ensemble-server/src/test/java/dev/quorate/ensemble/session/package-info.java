/// Tests of session ids and expiry.
@NullMarked
package dev.quorate.ensemble.session;

import org.jspecify.annotations.NullMarked;
