package dev.quorate.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The objects of built-in kinds as controllers and kubelet see them: the same rules as over HTTP, without the way. May
/// be called from any thread; each write is atomic and durable when the call returns; what is returned is the caller's
/// own copy.
///
/// No write throws because the world moved on: it returns false (or empty), and the next pass of the control loop plans
/// anew.
public final class Cluster {
    private static final Logger log = LoggerFactory.getLogger(Cluster.class);
    private static final String MANAGER = "kube-controller-manager";

    private final ObjectStore store;
    private final Registry registry;
    private final Operations operations;

    Cluster(ObjectStore store, Registry registry, Operations operations) {
        this.store = store;
        this.registry = registry;
        this.operations = operations;
    }

    /// All objects of the kind in all namespaces, by namespace and name.
    public List<ObjectNode> list(String kind) {
        return store.list(registry.builtIn(kind).resource(), "").stream()
                .map(ObjectNode::deepCopy)
                .toList();
    }

    public Optional<ObjectNode> get(String kind, String namespace, String name) {
        return store.get(Operations.key(registry.builtIn(kind), namespace, name))
                .map(ObjectNode::deepCopy);
    }

    /// Empty if it is refused or an object of that name is there.
    public Optional<ObjectNode> create(String kind, ObjectNode object) {
        try {
            var request = new Operations.Request(MANAGER, "", false);
            ResourceType type = registry.builtIn(kind);
            return Optional.of(operations
                    .create(type, Json.namespace(object), object, request)
                    .deepCopy());
        } catch (StatusError e) {
            if (e.code() != 409) {
                log.warn("cannot create {} {}: {}", kind, Json.name(object), e.getMessage());
            }
            return Optional.empty();
        }
    }

    /// Applies the change to the newest state of the object with that uid. A change that changes nothing writes
    /// nothing. False if the object is gone.
    public boolean update(ObjectNode identity, Consumer<ObjectNode> change) {
        return modify(identity, "", change);
    }

    /// As [#update], through the status subresource.
    public boolean updateStatus(ObjectNode identity, Consumer<ObjectNode> change) {
        return modify(identity, "status", o -> change.accept(o.withObject("/status")));
    }

    private boolean modify(ObjectNode identity, String subresource, Consumer<ObjectNode> change) {
        ResourceType type = registry.builtIn(identity.path("kind").asText());
        var request = new Operations.Request(MANAGER, subresource, false);
        try {
            operations.modify(
                    type,
                    Json.namespace(identity),
                    Json.name(identity),
                    live -> {
                        if (!Json.uid(live).equals(Json.uid(identity))) {
                            throw StatusError.notFound(type, Json.name(identity));
                        }
                        ObjectNode next = live.deepCopy();
                        change.accept(next);
                        return next;
                    },
                    request);
            return true;
        } catch (StatusError e) {
            if (e.code() != 404) {
                log.warn("cannot change {} {}: {}", type.kind(), Json.name(identity), e.getMessage());
            }
            return false;
        }
    }

    /// Deletes the object with that uid as a client's DELETE would: pods get their grace period.
    public boolean delete(ObjectNode identity) {
        return delete(identity, Json.object());
    }

    /// Removes the pod's object now: its processes have ended.
    public boolean removePod(ObjectNode identity) {
        return delete(identity, Json.object().put("gracePeriodSeconds", 0));
    }

    private boolean delete(ObjectNode identity, ObjectNode options) {
        options.putObject("preconditions").put("uid", Json.uid(identity));
        ResourceType type = registry.builtIn(identity.path("kind").asText());
        try {
            var request = new Operations.Request(MANAGER, "", false);
            operations.delete(type, Json.namespace(identity), Json.name(identity), options, request);
            return true;
        } catch (StatusError gone) {
            log.debug("{}", gone.getMessage());
            return false;
        }
    }

    /// Writes an Event about an object as `kubectl describe` shows it. The same reason and message again only raises
    /// the count.
    ///
    /// @param type Normal or Warning
    public void event(ObjectNode about, String component, String type, String reason, String message) {
        String name = Json.name(about) + "." + Json.hash(Json.uid(about) + type + reason + message);
        Optional<ObjectNode> present = get("Event", Json.namespace(about), name);
        if (present.isPresent()) {
            update(present.get(), e -> e.put("count", e.path("count").asInt(1) + 1)
                    .put("lastTimestamp", Json.now()));
            return;
        }
        ObjectNode event = Json.of("{metadata: {name: %s, namespace: %s}}", name, Json.namespace(about));
        ObjectNode involved = Json.ownerReference(about).without(List.of("controller", "blockOwnerDeletion"));
        event.set("involvedObject", involved.put("namespace", Json.namespace(about)));
        event.putObject("source").put("component", component);
        event.put("reportingComponent", component).put("reportingInstance", "");
        event.put("type", type).put("reason", reason).put("message", message).put("count", 1);
        create("Event", event.put("firstTimestamp", Json.now()).put("lastTimestamp", Json.now()));
    }

    /// Calls back after each change of any object, on any thread; the callback must only wake somebody.
    public void onChange(Runnable callback) {
        store.listen(store.revision(), change -> callback.run());
    }
}
