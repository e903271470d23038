/// Transactions as they are logged, proposed and applied. Immutable values; bytes are known to the codec alone.
@NullMarked
package dev.quorate.ensemble.txn;

import org.jspecify.annotations.NullMarked;
