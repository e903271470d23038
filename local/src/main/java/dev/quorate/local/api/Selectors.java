package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `labelSelector` and `fieldSelector` of list and watch. Pure.
final class Selectors {
    private static final Pattern IN = Pattern.compile("\\s*(\\S+)\\s+(in|notin)\\s*\\(([^)]*)\\)\\s*");
    private static final Pattern EQUALITY = Pattern.compile("\\s*([^!=\\s]+)\\s*(==|=|!=)\\s*(\\S*)\\s*");

    private Selectors() {}

    static Predicate<ObjectNode> labels(String selector) {
        List<Predicate<JsonNode>> terms = new ArrayList<>();
        for (String term : split(selector)) {
            terms.add(label(term));
        }
        return object -> terms.stream().allMatch(t -> t.test(object.at("/metadata/labels")));
    }

    /// At commas outside brackets.
    private static List<String> split(String selector) {
        return selector.isBlank() ? List.of() : List.of(selector.split(",(?![^(]*\\))"));
    }

    private static Predicate<JsonNode> label(String term) {
        Matcher in = IN.matcher(term);
        if (in.matches()) {
            Set<String> values = new java.util.HashSet<>();
            for (String value : in.group(3).split(",")) {
                values.add(value.strip());
            }
            boolean wanted = in.group(2).equals("in");
            return labels -> (labels.has(in.group(1))
                            && values.contains(labels.path(in.group(1)).asText()))
                    == wanted;
        }
        Matcher equality = EQUALITY.matcher(term);
        if (equality.matches()) {
            boolean wanted = !equality.group(2).equals("!=");
            return labels -> (labels.has(equality.group(1))
                            && labels.path(equality.group(1)).asText().equals(equality.group(3)))
                    == wanted;
        }
        String name = term.strip();
        return name.startsWith("!") ? labels -> !labels.has(name.substring(1)) : labels -> labels.has(name);
    }

    static Predicate<ObjectNode> fields(String selector) {
        List<Predicate<ObjectNode>> terms = new ArrayList<>();
        for (String term : split(selector)) {
            Matcher equality = EQUALITY.matcher(term);
            if (!equality.matches()) {
                throw StatusError.badRequest("invalid field selector: " + term);
            }
            String pointer = "/" + equality.group(1).replace('.', '/');
            boolean wanted = !equality.group(2).equals("!=");
            terms.add(o -> o.at(pointer).asText().equals(equality.group(3)) == wanted);
        }
        return object -> terms.stream().allMatch(t -> t.test(object));
    }
}
