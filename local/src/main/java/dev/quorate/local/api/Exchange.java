package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.io.OutputStream;
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

    List<String> path() {
        String[] steps = http.getRequestURI().getPath().split("/");
        return Arrays.stream(steps).filter(s -> !s.isEmpty()).toList();
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

    /// The media type alone.
    String contentType() {
        return header("Content-Type").replaceFirst(";.*", "");
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

    void send(int code, JsonNode node) {
        byte[] content = node.toString().getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = begin(code, "application/json", content.length)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends the head of an answer, whose content is for the caller to write, and to close.
    ///
    /// @param length in bytes; 0 if it is not known yet, -1 for nothing
    OutputStream begin(int code, String contentType, long length) throws IOException {
        http.getResponseHeaders().set("Content-Type", contentType);
        http.getResponseHeaders().set("Cache-Control", "no-cache, private");
        http.sendResponseHeaders(code, length);
        if (length == 0) {
            http.getResponseBody().flush();
        }
        return http.getResponseBody();
    }

    void end() {
        http.close();
    }
}
