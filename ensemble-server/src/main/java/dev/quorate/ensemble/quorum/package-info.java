/// Who the members of an ensemble are and what a quorum of them is (peer-protocol.md §1). Pure values and text, no I/O.
@NullMarked
package dev.quorate.ensemble.quorum;

import org.jspecify.annotations.NullMarked;
