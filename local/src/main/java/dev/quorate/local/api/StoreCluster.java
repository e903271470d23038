package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.runtime.Cluster;
import dev.quorate.local.runtime.Kind;
import dev.quorate.local.store.ObjectKey;
import dev.quorate.local.store.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The controllers' way to the objects: the same rules as over HTTP, without the way. Any thread.
final class StoreCluster implements Cluster {
    private static final Logger log = LoggerFactory.getLogger(StoreCluster.class);
    private static final Operations.Request MAIN = new Operations.Request("kube-controller-manager", "", false);
    private static final Operations.Request STATUS = new Operations.Request("kube-controller-manager", "status", false);

    private final ObjectStore store;
    private final Operations operations;

    StoreCluster(ObjectStore store, Operations operations) {
        this.store = store;
        this.operations = operations;
    }

    private ResourceType type(Kind kind) {
        return operations
                .registry()
                .find(kind.group(), kind.version(), kind.plural())
                .orElseThrow();
    }

    private ObjectKey key(Kind kind, String namespace, String name) {
        return new ObjectKey(type(kind).resource(), namespace, name);
    }

    @Override
    public List<ObjectNode> list(Kind kind) {
        return store.list(type(kind).resource(), "").stream()
                .map(ObjectNode::deepCopy)
                .toList();
    }

    @Override
    public Optional<ObjectNode> get(Kind kind, String namespace, String name) {
        return store.get(key(kind, namespace, name)).map(ObjectNode::deepCopy);
    }

    @Override
    public Optional<ObjectNode> create(Kind kind, ObjectNode object) {
        try {
            return Optional.of(operations
                    .create(type(kind), object.at("/metadata/namespace").asText(), object, MAIN)
                    .deepCopy());
        } catch (StatusError e) {
            if (e.code() != 409) {
                log.warn(
                        "cannot create {} {}: {}",
                        kind.kind(),
                        object.at("/metadata/name").asText(),
                        e.getMessage());
            }
            return Optional.empty();
        }
    }

    @Override
    public boolean update(Kind kind, ObjectNode identity, Consumer<ObjectNode> change) {
        return modify(kind, identity, change, MAIN);
    }

    @Override
    public boolean updateStatus(Kind kind, ObjectNode identity, Consumer<ObjectNode> change) {
        return modify(kind, identity, change, STATUS);
    }

    private boolean modify(Kind kind, ObjectNode identity, Consumer<ObjectNode> change, Operations.Request request) {
        JsonNode metadata = identity.path("metadata");
        try {
            operations.modify(
                    type(kind),
                    metadata.path("namespace").asText(),
                    metadata.path("name").asText(),
                    live -> {
                        requireSame(kind, live, metadata);
                        ObjectNode next = live.deepCopy();
                        change.accept(next);
                        return next;
                    },
                    request);
            return true;
        } catch (StatusError e) {
            if (e.code() != 404) {
                log.warn(
                        "cannot change {} {}: {}",
                        kind.kind(),
                        metadata.path("name").asText(),
                        e.getMessage());
            }
            return false;
        }
    }

    private void requireSame(Kind kind, JsonNode live, JsonNode metadata) {
        if (!live.at("/metadata/uid").equals(metadata.path("uid"))) {
            throw StatusError.notFound(type(kind), metadata.path("name").asText());
        }
    }

    @Override
    public boolean delete(Kind kind, ObjectNode identity) {
        return delete(kind, identity, JsonNodeFactory.instance.objectNode());
    }

    @Override
    public boolean removePod(ObjectNode identity) {
        return delete(Kind.POD, identity, Json.object().put("gracePeriodSeconds", 0));
    }

    private boolean delete(Kind kind, ObjectNode identity, ObjectNode options) {
        JsonNode metadata = identity.path("metadata");
        options.putObject("preconditions").set("uid", metadata.path("uid"));
        try {
            operations.delete(
                    type(kind),
                    metadata.path("namespace").asText(),
                    metadata.path("name").asText(),
                    options,
                    MAIN);
            return true;
        } catch (StatusError e) {
            return false;
        }
    }

    @Override
    public void onChange(Runnable callback) {
        store.listen(store.revision(), change -> callback.run());
    }
}
