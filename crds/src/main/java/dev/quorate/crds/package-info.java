/// The custom resources of `quorate.dev`: what users write and what the operator reports. Data only, no behaviour.
@NullMarked
package dev.quorate.crds;

import org.jspecify.annotations.NullMarked;
