package dev.quorate.local.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// A request that is not granted, in the form of a `Status` object.
final class StatusError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// One field's fault.
    record Cause(String reason, String message, String field) {}

    private final transient ObjectNode status;

    private StatusError(int code, String reason, String message) {
        super(message, null, false, false);
        status = JsonNodeFactory.instance.objectNode().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", message);
        if (!reason.isEmpty()) {
            status.put("reason", reason);
        }
        status.put("code", code);
    }

    static StatusError of(int code, String reason, String message) {
        return new StatusError(code, reason, message);
    }

    static StatusError badRequest(String message) {
        return new StatusError(400, "BadRequest", message);
    }

    static StatusError notFound(ResourceType type, String name) {
        return new StatusError(404, "NotFound", type.resource() + " \"" + name + "\" not found")
                .about(type.plural(), type.group(), name);
    }

    static StatusError alreadyExists(ResourceType type, String name) {
        return new StatusError(409, "AlreadyExists", type.resource() + " \"" + name + "\" already exists")
                .about(type.plural(), type.group(), name);
    }

    static StatusError conflict(ResourceType type, String name, String why) {
        return new StatusError(
                        409,
                        "Conflict",
                        "Operation cannot be fulfilled on " + type.resource() + " \"" + name + "\": " + why)
                .about(type.plural(), type.group(), name);
    }

    static StatusError modified(ResourceType type, String name) {
        return conflict(
                type,
                name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    static StatusError invalid(ResourceType type, String name, List<Cause> causes) {
        List<String> lines =
                causes.stream().map(c -> c.field() + ": " + c.message()).toList();
        String kind = type.group().isEmpty() ? type.kind() : type.kind() + "." + type.group();
        String text = lines.size() == 1 ? lines.getFirst() : lines.toString();
        return new StatusError(422, "Invalid", kind + " \"" + name + "\" is invalid: " + text)
                .about(type.kind(), type.group(), name)
                .causes(causes);
    }

    StatusError about(String kind, String group, String name) {
        ObjectNode details = status.withObject("/details").put("name", name);
        if (!group.isEmpty()) {
            details.put("group", group);
        }
        details.put("kind", kind);
        return this;
    }

    StatusError causes(List<Cause> causes) {
        var list = status.withObject("/details").putArray("causes");
        causes.forEach(c -> list.addObject()
                .put("reason", c.reason())
                .put("message", c.message())
                .put("field", c.field()));
        return this;
    }

    int code() {
        return status.path("code").asInt();
    }

    ObjectNode status() {
        return status;
    }
}
