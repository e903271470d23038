/// Ensembles of real processes under faults, with concurrent stock clients whose whole history is checked afterwards.
///
/// [Round] is the table of contents: set up, faults and clients at once, peace, then the [Law]s. The clients' records
/// are
/// written by the event threads of the stock clients and read when these have ended.
@NullMarked
package dev.quorate.ensemble.faults;

import org.jspecify.annotations.NullMarked;
