package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The part of JSONPath that printer columns use: fields, indexes and `[?(@.type=="Ready")]`. Pure.
final class JsonPath {
    private static final Pattern STEP = Pattern.compile(
            "\\.((?:[\\w-]|\\\\\\.)+)|\\[(\\d+)\\]|\\[\\?\\(@\\.(\\w+)\\s*==\\s*[\"']([^\"']*)[\"']\\)\\]|\\['([^']+)'\\]");

    private JsonPath() {}

    /// The first value at the path; missing if there is none or the path has other steps.
    static JsonNode get(JsonNode root, String path) {
        JsonNode node = root;
        Matcher step = STEP.matcher(path);
        int at = 0;
        while (at < path.length()) {
            if (!step.find(at) || step.start() != at) {
                return MissingNode.getInstance();
            }
            at = step.end();
            if (step.group(1) != null) {
                node = node.path(step.group(1).replace("\\.", "."));
            } else if (step.group(2) != null) {
                node = node.path(Integer.parseInt(step.group(2)));
            } else if (step.group(5) != null) {
                node = node.path(step.group(5));
            } else {
                node = filter(node, step.group(3), step.group(4));
            }
        }
        return node;
    }

    private static JsonNode filter(JsonNode list, String field, String value) {
        for (JsonNode item : list) {
            if (item.path(field).asText().equals(value)) {
                return item;
            }
        }
        return MissingNode.getInstance();
    }
}
