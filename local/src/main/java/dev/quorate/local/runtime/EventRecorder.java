package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// Writes Events about an object as `kubectl describe` shows them. The same reason and message again only raises the
/// count. Any thread.
final class EventRecorder {
    private final Cluster cluster;
    private final String component;

    EventRecorder(Cluster cluster, String component) {
        this.cluster = cluster;
        this.component = component;
    }

    void normal(Kind kind, ObjectNode about, String reason, String message) {
        record(kind, about, "Normal", reason, message);
    }

    void warning(Kind kind, ObjectNode about, String reason, String message) {
        record(kind, about, "Warning", reason, message);
    }

    private void record(Kind kind, ObjectNode about, String type, String reason, String message) {
        String name = Json.name(about) + "." + Json.hash(Json.uid(about) + type + reason + message);
        var present = cluster.get(Kind.EVENT, Json.namespace(about), name);
        if (present.isPresent()) {
            cluster.update(Kind.EVENT, present.get(), e -> e.put(
                            "count", e.path("count").asInt(1) + 1)
                    .put("lastTimestamp", Json.now()));
            return;
        }
        ObjectNode event = Json.object().put("apiVersion", "v1").put("kind", "Event");
        event.putObject("metadata").put("name", name).put("namespace", Json.namespace(about));
        event.putObject("involvedObject")
                .put("apiVersion", kind.apiVersion())
                .put("kind", kind.kind())
                .put("namespace", Json.namespace(about))
                .put("name", Json.name(about))
                .put("uid", Json.uid(about));
        event.putObject("source").put("component", component);
        event.put("reportingComponent", component).put("reportingInstance", "");
        event.put("type", type).put("reason", reason).put("message", message).put("count", 1);
        event.put("firstTimestamp", Json.now()).put("lastTimestamp", Json.now());
        cluster.create(Kind.EVENT, event);
    }
}
