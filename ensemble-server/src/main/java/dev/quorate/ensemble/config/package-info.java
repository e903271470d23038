/// `zoo.cfg` and its companions, read once into the immutable [ServerConfig]. No other package reads a system property,
/// an environment variable or a configuration file; no key name is known outside. Used by the main thread only.
@NullMarked
package dev.quorate.ensemble.config;

import org.jspecify.annotations.NullMarked;
