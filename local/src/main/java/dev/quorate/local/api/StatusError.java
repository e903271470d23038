package dev.quorate.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import java.util.ArrayList;
import java.util.List;

/// A request that is not granted, in the form of a `Status` object.
public final class StatusError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// One field's fault, as in a `Status`.
    public record Cause(String reason, String message, String field) {}

    private final transient ObjectNode status =
            Json.of("{kind: Status, apiVersion: v1, metadata: {}, status: Failure}");

    StatusError(int code, String reason, String message) {
        super(message, null, false, false);
        Json.putUnlessEmpty(status, "reason", reason);
        status.put("message", message).put("code", code);
    }

    static StatusError badRequest(String message) {
        return new StatusError(400, "BadRequest", message);
    }

    static StatusError notFound(Target target) {
        return about(404, "NotFound", target, "", " not found");
    }

    static StatusError alreadyExists(Target target) {
        return about(409, "AlreadyExists", target, "", " already exists");
    }

    static StatusError conflict(Target target, String why) {
        return about(409, "Conflict", target, "Operation cannot be fulfilled on ", ": " + why);
    }

    private static StatusError about(int code, String reason, Target target, String before, String after) {
        String what = target.type().resource() + " \"" + target.name() + "\"";
        String plural = target.type().plural();
        return new StatusError(code, reason, before + what + after).details(target, plural, List.of());
    }

    static StatusError invalid(Target target, List<Cause> causes) {
        List<String> lines = new ArrayList<>();
        causes.forEach(c -> lines.add(c.field() + ": " + c.message()));
        ResourceType type = target.type();
        String kind = type.group().isEmpty() ? type.kind() : type.kind() + "." + type.group();
        String text = lines.size() == 1 ? lines.getFirst() : lines.toString();
        String message = kind + " \"" + target.name() + "\" is invalid: " + text;
        return new StatusError(422, "Invalid", message).details(target, type.kind(), causes);
    }

    StatusError details(Target target, String kind, List<Cause> causes) {
        ObjectNode details = status.putObject("details");
        details.put("name", target.name()).put("kind", kind);
        Json.putUnlessEmpty(details, "group", target.type().group());
        Json.putUnlessEmpty(details, "causes", causes);
        return this;
    }

    public int code() {
        return status.path("code").asInt();
    }

    ObjectNode status() {
        return status;
    }
}
