package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
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

    /// The pods in the object's namespace that have all these labels.
    public List<ObjectNode> pods(JsonNode object, JsonNode labels) {
        List<ObjectNode> pods = operations.store().list("pods", Json.namespace(object));
        return pods.stream().filter(p -> Json.hasLabels(p, labels)).toList();
    }

    /// Creates the object, unless one of that name is there.
    public boolean create(String kind, ObjectNode object) {
        Target target = target(kind, Json.namespace(object), "");
        return attempt(object, () -> operations.create(target, object, Operations.Request.CONTROLLER))
                .isPresent();
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
        return operations.apply(target, placed, new Operations.Request("kubectl", true, false, true), true);
    }

    /// Applies the change to the newest state of the object with that uid.
    ///
    /// @return the state then; empty if the object is gone or the change is refused
    public Optional<ObjectNode> update(ObjectNode identity, Consumer<ObjectNode> change) {
        return attempt(identity, () -> {
            Target target = Target.of(operations.registry(), identity);
            Function<ObjectNode, JsonNode> changed = copy -> {
                if (!Json.uid(copy).equals(Json.uid(identity))) {
                    throw StatusError.notFound(target);
                }
                change.accept(copy);
                return copy;
            };
            return operations.modify(target, changed, Operations.Request.CONTROLLER);
        });
    }

    /// As [#update], of the status.
    public Optional<ObjectNode> updateStatus(ObjectNode identity, Consumer<ObjectNode> change) {
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
        return attempt(identity, () -> {
                    Target target = Target.of(operations.registry(), identity);
                    return operations.delete(target, options, Operations.Request.CONTROLLER);
                })
                .isPresent();
    }

    private static Optional<ObjectNode> attempt(ObjectNode object, Supplier<ObjectNode> write) {
        try {
            return Optional.of(write.get());
        } catch (StatusError e) {
            if (e.code() != 404 && e.code() != 409) {
                log.warn("{}: {}", Json.key(object), e.getMessage());
            }
            return Optional.empty();
        }
    }

    /// Writes an Event about an object, as `kubectl describe` shows it, unless the same was said before.
    ///
    /// @param type Normal or Warning
    public void event(ObjectNode about, String type, String reason, String message) {
        String name = Json.name(about) + "." + Json.hash(Json.uid(about) + type + reason + message);
        ObjectNode event = Json.of("{metadata: {}, source: {component: embedded}, count: 1}");
        event.withObject("/metadata").put("name", name).put("namespace", Json.namespace(about));
        ObjectNode reference = ((ObjectNode) about.path("metadata").deepCopy()).retain("namespace", "name", "uid");
        reference.put("apiVersion", Json.text(about, "/apiVersion")).put("kind", Json.text(about, "/kind"));
        event.set("involvedObject", reference);
        event.put("type", type).put("reason", reason).put("message", message);
        create("Event", event.put("firstTimestamp", Json.now()).put("lastTimestamp", Json.now()));
    }
}
