package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `labelSelector` and `fieldSelector` of list and watch. Pure.
final class Selectors {
    private static final Pattern TERM =
            Pattern.compile("\\s*(!?)([^!=\\s]+)\\s*(?:(==?|!=|in|notin)\\s*\\(?([^)]*)\\)?)?\\s*");

    private Selectors() {}

    static Predicate<ObjectNode> labels(String selector) {
        return all(selector, name -> object -> object.at("/metadata/labels").path(name));
    }

    static Predicate<ObjectNode> fields(String selector) {
        return all(selector, name -> object -> object.at("/" + name.replace('.', '/')));
    }

    /// @param value of what a term names
    private static Predicate<ObjectNode> all(String selector, Function<String, Function<ObjectNode, JsonNode>> value) {
        // At commas outside brackets.
        String[] terms = selector.isBlank() ? new String[0] : selector.split(",(?![^(]*\\))");
        List<Predicate<ObjectNode>> tests =
                Arrays.stream(terms).map(term -> test(term, value)).toList();
        return object -> tests.stream().allMatch(t -> t.test(object));
    }

    private static Predicate<ObjectNode> test(String term, Function<String, Function<ObjectNode, JsonNode>> value) {
        Matcher parts = TERM.matcher(term);
        if (!parts.matches()) {
            throw StatusError.badRequest("invalid selector: " + term);
        }
        Function<ObjectNode, JsonNode> found = value.apply(parts.group(2));
        if (parts.group(3) == null) {
            boolean absent = !parts.group(1).isEmpty();
            return object -> found.apply(object).isMissingNode() == absent;
        }
        List<String> values = List.of(parts.group(4).strip().split("\\s*,\\s*", -1));
        boolean wanted = !List.of("!=", "notin").contains(parts.group(3));
        return object -> {
            JsonNode present = found.apply(object);
            return (!present.isMissingNode() && values.contains(present.asText())) == wanted;
        };
    }
}
