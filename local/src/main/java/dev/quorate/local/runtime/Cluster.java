package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The objects as controllers and kubelet see them. May be called from any thread; each write is atomic and durable
/// when
/// the call returns. What is returned is the caller's own copy.
///
/// No write throws because the world moved on: it returns false (or empty), and the next pass of the control loop plans
/// anew.
public interface Cluster {
    /// All objects of the kind in all namespaces, by namespace and name.
    List<ObjectNode> list(Kind kind);

    Optional<ObjectNode> get(Kind kind, String namespace, String name);

    /// Empty if it is refused or an object of that name is there.
    Optional<ObjectNode> create(Kind kind, ObjectNode object);

    /// Applies the change to the newest state of the object with that uid, repeatedly if others write meanwhile. A
    /// change
    /// that changes nothing writes nothing. False if the object is gone.
    boolean update(Kind kind, ObjectNode identity, Consumer<ObjectNode> change);

    /// As [#update], through the status subresource.
    boolean updateStatus(Kind kind, ObjectNode identity, Consumer<ObjectNode> change);

    /// Deletes the object with that uid as a client's DELETE would: pods get their grace period.
    boolean delete(Kind kind, ObjectNode identity);

    /// Removes the pod's object now: its processes have ended.
    boolean removePod(ObjectNode identity);

    /// Calls back after each change of any object, on any thread; the callback must only wake somebody.
    void onChange(Runnable callback);
}
