package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One request and its answer. The request's own thread.
final class Exchange {
    private final HttpExchange http;
    private final Map<String, String> query = new HashMap<>();
    private final byte[] body;

    Exchange(HttpExchange http) throws IOException {
        this.http = http;
        this.body = http.getRequestBody().readAllBytes();
        String raw = http.getRequestURI().getRawQuery();
        for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            query.put(parts[0], parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
    }

    String method() {
        return http.getRequestMethod();
    }

    String uri() {
        return http.getRequestURI().toString();
    }

    List<String> path() {
        return Arrays.stream(http.getRequestURI().getPath().split("/"))
                .filter(s -> !s.isEmpty())
                .toList();
    }

    String query(String name) {
        return query.getOrDefault(name, "");
    }

    boolean flag(String name) {
        return query(name).equals("true") || query(name).equals("1");
    }

    String header(String name) {
        String value = http.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    boolean wantsTable() {
        return header("Accept").contains("as=Table");
    }

    JsonNode body() {
        try {
            return Json.read(body);
        } catch (IOException e) {
            String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw StatusError.badRequest("the object provided is unrecognized: " + line);
        }
    }

    /// Options of a DELETE from body and query.
    ObjectNode deleteOptions() {
        ObjectNode options = body() instanceof ObjectNode o ? o : Json.object();
        for (String option : List.of("gracePeriodSeconds", "propagationPolicy")) {
            if (!query(option).isEmpty()) {
                options.put(option, query(option));
            }
        }
        return options;
    }

    void send(int code, JsonNode node) {
        finish(code, "application/json", Json.bytes(node));
    }

    void sendText(int code, String text) {
        finish(code, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    private void finish(int code, String contentType, byte[] content) {
        begin(code, contentType, content.length == 0 ? -1 : content.length);
        write(content);
        http.close();
    }

    void warn(String warning) {
        http.getResponseHeaders().add("Warning", "299 - \"" + warning.replace("\"", "\\\"") + "\"");
    }

    /// @param length in bytes; 0 if it is not known yet, -1 for nothing
    void begin(int code, String contentType, long length) {
        http.getResponseHeaders().set("Content-Type", contentType);
        http.getResponseHeaders().set("Cache-Control", "no-cache, private");
        try {
            http.sendResponseHeaders(code, length);
            if (length == 0) {
                http.getResponseBody().flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(byte[] bytes) {
        try {
            if (bytes.length > 0) {
                http.getResponseBody().write(bytes);
                http.getResponseBody().flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void line(JsonNode node) {
        write((node + "\n").getBytes(StandardCharsets.UTF_8));
    }

    void end() {
        http.close();
    }
}
