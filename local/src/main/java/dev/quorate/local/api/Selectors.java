package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `labelSelector` and `fieldSelector` of list and watch. Pure.
final class Selectors {
    private static final Pattern TERM =
            Pattern.compile("\\s*(!?)([^!=\\s]+)\\s*(?:(==?|!=|in|notin)\\s*\\(?([^)]*)\\)?)?\\s*");

    private Selectors() {}

    static Predicate<ObjectNode> labels(String selector) {
        return all(
                selector, name -> "/metadata/labels/" + name.replace("~", "~0").replace("/", "~1"));
    }

    static Predicate<ObjectNode> fields(String selector) {
        return all(selector, name -> "/" + name.replace('.', '/'));
    }

    /// @param pointer to the value of what a term names
    private static Predicate<ObjectNode> all(String selector, UnaryOperator<String> pointer) {
        List<Predicate<ObjectNode>> tests = new ArrayList<>();
        // At commas outside brackets.
        for (String term : selector.isBlank() ? new String[0] : selector.split(",(?![^(]*\\))")) {
            tests.add(test(term, pointer));
        }
        return object -> tests.stream().allMatch(t -> t.test(object));
    }

    private static Predicate<ObjectNode> test(String term, UnaryOperator<String> pointer) {
        Matcher parts = TERM.matcher(term);
        if (!parts.matches()) {
            throw StatusError.badRequest("invalid selector: " + term);
        }
        String path = pointer.apply(parts.group(2));
        boolean any = parts.group(3) == null;
        List<String> values =
                List.of(any ? new String[0] : parts.group(4).strip().split("\\s*,\\s*", -1));
        boolean wanted = parts.group(1).isEmpty() && !List.of("!=", "notin").contains(String.valueOf(parts.group(3)));
        return object -> {
            JsonNode present = object.at(path);
            return (!present.isMissingNode() && (any || values.contains(present.asText()))) == wanted;
        };
    }
}
