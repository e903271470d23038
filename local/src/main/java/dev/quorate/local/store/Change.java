package dev.quorate.local.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// One write, as watchers see it. The objects must not be changed.
///
/// @param object the state after it; of a deletion the last state, with the deletion's revision
/// @param before the state before it; empty for an addition
public record Change(Type type, ObjectKey key, ObjectNode object, Optional<ObjectNode> before) {
    /// The kinds of change, named as in watch events.
    public enum Type {
        ADDED,
        MODIFIED,
        DELETED
    }

    long revision() {
        return object.at("/metadata/resourceVersion").asLong();
    }
}
