package dev.quorate.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.List;

/// A request that is not granted, in the form of a `Status` object.
public final class StatusError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// One field's fault.
    record Cause(String reason, String message, String field) {}

    private final transient ObjectNode status =
            Json.of("{kind: Status, apiVersion: v1, metadata: {}, status: Failure}");

    StatusError(int code, String reason, String message) {
        super(message, null, false, false);
        Json.putOrRemove(status, "reason", reason, reason.isEmpty());
        status.put("message", message).put("code", code);
    }

    static StatusError badRequest(String message) {
        return new StatusError(400, "BadRequest", message);
    }

    static StatusError notFound(ResourceType type, String name) {
        return about(404, "NotFound", type, name, "%s \"%s\" not found");
    }

    static StatusError alreadyExists(ResourceType type, String name) {
        return about(409, "AlreadyExists", type, name, "%s \"%s\" already exists");
    }

    static StatusError conflict(ResourceType type, String name, String why) {
        return about(
                409, "Conflict", type, name, "Operation cannot be fulfilled on %s \"%s\": " + why.replace("%", "%%"));
    }

    /// @param message with `%s` for the resource and for the name
    private static StatusError about(int code, String reason, ResourceType type, String name, String message) {
        return new StatusError(code, reason, message.formatted(type.resource(), name))
                .details(type.plural(), type.group(), name);
    }

    static StatusError invalid(ResourceType type, String name, List<Cause> causes) {
        List<String> lines =
                causes.stream().map(c -> c.field() + ": " + c.message()).toList();
        String kind = type.group().isEmpty() ? type.kind() : type.kind() + "." + type.group();
        String text = lines.size() == 1 ? lines.getFirst() : lines.toString();
        return new StatusError(422, "Invalid", kind + " \"" + name + "\" is invalid: " + text)
                .details(type.kind(), type.group(), name)
                .causes(causes);
    }

    StatusError details(String kind, String group, String name) {
        ObjectNode details = status.putObject("details").put("name", name).put("kind", kind);
        Json.putOrRemove(details, "group", group, group.isEmpty());
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

    public int code() {
        return status.path("code").asInt();
    }

    ObjectNode status() {
        return status;
    }
}
