/// The API server: discovery, objects, patches, apply, watches, validation and garbage collection over the store.
///
/// Each request has a virtual thread; every write is one step under the store's lock. Controllers work on
/// [Cluster] in the one [ControlLoop] and are not known here, but for the garbage collector.
@NullMarked
package dev.quorate.local.api;

import org.jspecify.annotations.NullMarked;
