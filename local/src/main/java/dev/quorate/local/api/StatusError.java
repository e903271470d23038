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

    static StatusError notFound(Target target) {
        return about(404, "NotFound", target, "%s not found");
    }

    static StatusError alreadyExists(Target target) {
        return about(409, "AlreadyExists", target, "%s already exists");
    }

    static StatusError conflict(Target target, String why) {
        return about(409, "Conflict", target, "Operation cannot be fulfilled on %s: " + why.replace("%", "%%"));
    }

    /// @param message with `%s` for what it is about
    private static StatusError about(int code, String reason, Target target, String message) {
        String what = target.type().resource() + " \"" + target.name() + "\"";
        return new StatusError(code, reason, message.formatted(what))
                .details(target, target.type().plural());
    }

    static StatusError invalid(Target target, List<Cause> causes) {
        List<String> lines =
                causes.stream().map(c -> c.field() + ": " + c.message()).toList();
        ResourceType type = target.type();
        String kind = type.group().isEmpty() ? type.kind() : type.kind() + "." + type.group();
        String text = lines.size() == 1 ? lines.getFirst() : lines.toString();
        return new StatusError(422, "Invalid", kind + " \"" + target.name() + "\" is invalid: " + text)
                .details(target, type.kind())
                .causes(causes);
    }

    StatusError details(Target target, String kind) {
        String group = target.type().group();
        ObjectNode details =
                status.putObject("details").put("name", target.name()).put("kind", kind);
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
