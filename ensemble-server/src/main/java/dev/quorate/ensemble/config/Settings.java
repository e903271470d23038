package dev.quorate.ensemble.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Typed look-ups in one flat table of keys. Both spellings of a key count, in the file and as a system property: `KEY`
/// and `zookeeper.KEY`; the file wins. What nobody asked for is unknown.
final class Settings {
    private static final String PREFIX = "zookeeper.";

    private final String source;
    private final Map<String, String> file;
    private final Map<String, String> properties;
    private final Set<String> asked = new HashSet<>();

    Settings(String source, Map<String, String> file, Map<String, String> properties) {
        this.source = source;
        this.file = file;
        this.properties = properties;
    }

    @Nullable
    String text(String key) {
        asked.add(key);
        for (Map<String, String> table : List.of(file, properties)) {
            for (String spelling : List.of(key, PREFIX + key)) {
                String value = table.get(spelling);
                if (value != null && !value.isBlank()) {
                    return value.strip();
                }
            }
        }
        return null;
    }

    String text(String key, String otherwise) {
        String value = text(key);
        return value == null ? otherwise : value;
    }

    int integer(String key, int otherwise, int min, int max) throws ConfigException {
        return (int) number(key, otherwise, min, max);
    }

    long number(String key, long otherwise, long min, long max) throws ConfigException {
        String value = text(key);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below, with what is allowed
        }
        throw wrong(key, value, "allowed is a whole number from " + min + " to " + max);
    }

    boolean flag(String key, boolean otherwise) throws ConfigException {
        String value = text(key);
        if (value == null) {
            return otherwise;
        }
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "yes" -> true;
            case "false", "no" -> false;
            default -> throw wrong(key, value, "allowed is true or false (or yes or no)");
        };
    }

    String oneOf(String key, String otherwise, String... allowed) throws ConfigException {
        String value = text(key, otherwise);
        for (String candidate : allowed) {
            if (candidate.equalsIgnoreCase(value)) {
                return candidate;
            }
        }
        throw wrong(key, value, "allowed is one of " + String.join(", ", allowed));
    }

    /// Accepted without effect; see server-operations.md for why.
    void ignore(String... keys) {
        asked.addAll(List.of(keys));
    }

    /// As [#ignore], for all keys of a family.
    void ignoreAll(String prefix) {
        for (String key : file.keySet()) {
            if (key.startsWith(prefix) || key.startsWith(PREFIX + prefix)) {
                asked.add(key);
            }
        }
    }

    /// Keys of the file that nobody asked for, sorted.
    List<String> unknown() {
        TreeSet<String> unknown = new TreeSet<>();
        for (String key : file.keySet()) {
            String bare = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key;
            if (!asked.contains(key) && !asked.contains(bare)) {
                unknown.add(key);
            }
        }
        return new ArrayList<>(unknown);
    }

    ConfigException wrong(String key, String value, String allowed) {
        return new ConfigException(source + ": " + key + "=" + value + ": " + allowed);
    }

    ConfigException missing(String key, String why) {
        return new ConfigException(source + ": " + key + " is missing: " + why);
    }
}
