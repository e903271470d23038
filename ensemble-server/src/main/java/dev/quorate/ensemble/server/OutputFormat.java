package dev.quorate.ensemble.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a verb reports: `name  value` a line for people, one JSON object for programs.
enum OutputFormat {
    text,
    json;

    /// Prints the facts in their order.
    void print(Map<String, @Nullable Object> facts) {
        if (this == json) {
            try {
                System.out.println(new ObjectMapper().writeValueAsString(facts));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
            return;
        }
        int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
        facts.forEach((name, value) -> {
            if (value instanceof Map<?, ?> map) {
                System.out.println(name);
                map.forEach((key, item) -> System.out.println("  " + key + "  " + item));
            } else if (value instanceof Iterable<?> items) {
                System.out.println(name);
                items.forEach(item -> System.out.println("  " + item));
            } else {
                System.out.println(name + " ".repeat(width + 2 - name.length()) + (value == null ? "unknown" : value));
            }
        });
    }

    /// RFC 3339, or null below 0.
    static @Nullable String time(long millis) {
        return millis < 0 ? null : Instant.ofEpochMilli(millis).toString();
    }
}
