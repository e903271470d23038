/// The kind `EnsembleBackup`: one filtered copy of an ensemble, taken once. Data only.
@NullMarked
package dev.quorate.crds.backup;

import org.jspecify.annotations.NullMarked;
