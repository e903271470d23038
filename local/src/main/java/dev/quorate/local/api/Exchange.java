package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.List;

/// One request and its answer. Any thread: what goes out is handed to the connection's own.
final class Exchange {
    private final HttpServerRequest request;
    private final byte[] body;
    private final Context context;
    private volatile boolean ended;

    Exchange(HttpServerRequest request, byte[] body, Context context) {
        this.request = request;
        this.body = body;
        this.context = context;
        request.response().closeHandler(closed -> ended = true);
    }

    HttpMethod method() {
        return request.method();
    }

    List<String> path() {
        return Arrays.stream(request.path().split("/"))
                .filter(s -> !s.isEmpty())
                .toList();
    }

    String query(String name) {
        String value = request.getParam(name);
        return value == null ? "" : value;
    }

    boolean flag(String name) {
        String value = query(name);
        return value.equals("true") || value.equals("1");
    }

    String header(String name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }

    byte[] body() {
        return body;
    }

    void send(int code, JsonNode node) {
        send(code, node, "application/json");
    }

    void send(int code, JsonNode node, String contentType) {
        finish(code, contentType, Buffer.buffer(Json.bytes(node)));
    }

    void sendText(int code, String text) {
        finish(code, "text/plain; charset=utf-8", Buffer.buffer(text));
    }

    private void finish(int code, String contentType, Buffer content) {
        context.runOnContext(unused -> {
            if (!request.response().closed()) {
                request.response()
                        .setStatusCode(code)
                        .putHeader("Content-Type", contentType)
                        .putHeader("Cache-Control", "no-cache, private")
                        .end(content);
            }
        });
    }

    void warn(String warning) {
        request.response().putHeader("Warning", "299 - \"" + warning.replace("\"", "\\\"") + "\"");
    }

    /// Begins an answer of unknown length.
    void begin(String contentType) {
        context.runOnContext(unused -> request.response()
                .setStatusCode(200)
                .setChunked(true)
                .putHeader("Content-Type", contentType)
                .putHeader("Cache-Control", "no-cache, private")
                .writeHead());
    }

    void write(byte[] bytes) {
        context.runOnContext(unused -> {
            if (!request.response().closed() && !request.response().ended()) {
                request.response().write(Buffer.buffer(bytes));
            }
        });
    }

    void end() {
        context.runOnContext(unused -> {
            if (!request.response().closed() && !request.response().ended()) {
                request.response().end();
            }
        });
    }

    /// Whether the client has gone.
    boolean isOver() {
        return ended;
    }
}
