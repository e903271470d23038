package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The objects as controllers and kubelet see them: the same rules as over HTTP, without the way. May be called from
/// any thread; each write is atomic and durable when the call returns; what is returned must not be changed.
///
/// No write throws because the world moved on: it returns false, and the next pass of the control loop plans anew.
public final class Cluster {
    private static final Logger log = LoggerFactory.getLogger(Cluster.class);

    private final Operations operations;

    Cluster(Operations operations) {
        this.operations = operations;
    }

    private Target target(String kind, String namespace, String name) {
        return new Target(operations.registry().builtIn(kind), namespace, name, "");
    }

    /// All objects of a built-in kind in all namespaces, by namespace and name.
    public List<ObjectNode> list(String kind) {
        return operations.store().list(operations.registry().builtIn(kind).resource(), "");
    }

    public Optional<ObjectNode> get(String kind, String namespace, String name) {
        return operations.store().get(target(kind, namespace, name).key());
    }

    /// Creates the object, unless one of that name is there.
    public boolean create(String kind, ObjectNode object) {
        Target target = target(kind, Json.namespace(object), "");
        return attempt(object, () -> operations.create(target, object, Operations.Request.CONTROLLER));
    }

    /// Applies an object as `kubectl apply --server-side --force-conflicts` does, in `default` unless it names a
    /// namespace.
    ///
    /// @throws StatusError if it is refused; the message is fit for users
    public ObjectNode apply(ObjectNode object) {
        ObjectNode placed = object.deepCopy();
        if (Json.namespace(object).isEmpty()) {
            placed.withObject("/metadata").put("namespace", "default");
        }
        Target target = Target.of(operations.registry(), placed);
        return operations.apply(target, placed, new Operations.Request("kubectl", true, false), true);
    }

    /// Applies the change to the newest state of the object with that uid. False if the object is gone.
    public boolean update(ObjectNode identity, Consumer<ObjectNode> change) {
        UnaryOperator<JsonNode> copying = live -> {
            ObjectNode next = live.deepCopy();
            if (Json.uid(live).equals(Json.uid(identity))) {
                change.accept(next);
            }
            return next;
        };
        return attempt(identity, () -> {
            Target target = Target.of(operations.registry(), identity);
            operations.modify(target, copying, Operations.Request.CONTROLLER);
        });
    }

    /// As [#update], of the status.
    public boolean updateStatus(ObjectNode identity, Consumer<ObjectNode> change) {
        return update(identity, o -> change.accept(o.withObject("/status")));
    }

    /// Deletes the object with that uid as a client's DELETE would: pods get their grace period.
    public boolean delete(ObjectNode identity) {
        return delete(identity, Json.object());
    }

    /// Removes the pod's object: its processes have ended.
    public boolean deleteNow(ObjectNode pod) {
        return delete(pod, Json.object().put("gracePeriodSeconds", 0));
    }

    private boolean delete(ObjectNode identity, ObjectNode options) {
        options.putObject("preconditions").put("uid", Json.uid(identity));
        return attempt(identity, () -> operations.delete(Target.of(operations.registry(), identity), options, false));
    }

    private static boolean attempt(ObjectNode object, Runnable write) {
        try {
            write.run();
            return true;
        } catch (StatusError e) {
            if (e.code() != 404 && e.code() != 409) {
                log.warn("{}: {}", Json.key(object), e.getMessage());
            }
            return false;
        }
    }

    /// Writes an Event about an object as `kubectl describe` shows it. The same reason and message again only raises
    /// the count.
    ///
    /// @param type Normal or Warning
    public void event(ObjectNode about, String type, String reason, String message) {
        String name = Json.name(about) + "." + Json.hash(Json.uid(about) + type + reason + message);
        ObjectNode event = Json.of(
                """
                metadata: {name: %s, namespace: %s}
                involvedObject: {apiVersion: %s, kind: %s, namespace: %s, name: %s, uid: %s}
                source: {component: embedded}
                count: 1
                """,
                name,
                Json.namespace(about),
                Json.text(about, "/apiVersion"),
                Json.text(about, "/kind"),
                Json.namespace(about),
                Json.name(about),
                Json.uid(about));
        event.put("type", type).put("reason", reason).put("message", message);
        event.put("firstTimestamp", Json.now()).put("lastTimestamp", Json.now());
        if (!create("Event", event)) {
            get("Event", Json.namespace(about), name)
                    .ifPresent(present -> update(present, e -> e.put("lastTimestamp", Json.now())
                            .put("count", e.path("count").asInt() + 1)));
        }
    }
}
