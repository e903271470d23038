/// The API server: discovery, objects, patches, apply, watches, validation and garbage collection over the store.
///
/// Each request has a virtual thread; every write is one step under the store's lock. Controllers and pods come in
/// through [Cluster] and [PodLogs] and are not known here.
@NullMarked
package dev.quorate.local.api;

import org.jspecify.annotations.NullMarked;
