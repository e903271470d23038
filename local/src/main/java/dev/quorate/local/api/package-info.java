/// The API server of the embedded mode: enough of the Kubernetes API for `kubectl` and an unchanged operator.
///
/// Requests run on virtual threads; every write is one step under the store's lock. Must not know what controllers do
/// with objects, nor any kind of `quorate.dev`: those come as CustomResourceDefinitions.
@NullMarked
package dev.quorate.local.api;

import org.jspecify.annotations.NullMarked;
