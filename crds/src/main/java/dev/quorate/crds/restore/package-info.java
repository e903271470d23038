/// The kind `EnsembleRestore`: a backup brought back as a new ensemble, once. Data only.
@NullMarked
package dev.quorate.crds.restore;

import org.jspecify.annotations.NullMarked;
