package dev.quorate.local.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/// How Kubernetes objects are read and made: identity, owners, selectors, conditions. Missing fields read as "" or 0.
public final class Json {
    private static final JsonMapper JSON = new JsonMapper();
    private static final YAMLMapper YAML = new YAMLMapper();

    private Json() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /// JSON or YAML.
    public static JsonNode read(byte[] text) throws IOException {
        boolean json = text.length > 0 && (text[0] == '{' || text[0] == '[');
        JsonNode node = json ? JSON.readTree(text) : YAML.readTree(text);
        return node == null ? MissingNode.getInstance() : node;
    }

    /// YAML with anchors, aliases and merge keys, resolved.
    public static JsonNode readWithAnchors(String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(Integer.MAX_VALUE);
        return JSON.valueToTree(new Yaml(options).load(yaml));
    }

    /// An object in the program's own text, with values in the place of `%s`.
    public static ObjectNode of(String yaml, Object... values) {
        try {
            return (ObjectNode) YAML.readTree(yaml.formatted(values));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(yaml, e);
        }
    }

    /// Of plain maps, lists, texts, numbers and booleans.
    public static JsonNode valueOf(Object plain) {
        return JSON.valueToTree(plain);
    }

    public static String name(JsonNode object) {
        return text(object, "/metadata/name");
    }

    public static String namespace(JsonNode object) {
        return text(object, "/metadata/namespace");
    }

    public static String uid(JsonNode object) {
        return text(object, "/metadata/uid");
    }

    public static String text(JsonNode object, String pointer) {
        return object.at(pointer).asText();
    }

    /// `namespace/name`
    public static String key(JsonNode object) {
        return namespace(object) + "/" + name(object);
    }

    public static boolean deleting(JsonNode object) {
        return object.path("metadata").hasNonNull("deletionTimestamp");
    }

    public static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    public static List<String> texts(JsonNode array) {
        return stream(array).map(JsonNode::asText).toList();
    }

    /// The first such item; missing if there is none.
    public static JsonNode first(JsonNode array, Predicate<JsonNode> wanted) {
        return stream(array).filter(wanted).findFirst().orElse(MissingNode.getInstance());
    }

    /// The first item that has this value in that field; missing if there is none.
    public static JsonNode named(JsonNode array, String field, String value) {
        return first(array, item -> item.path(field).asText().equals(value));
    }

    public static void removeText(JsonNode array, String text) {
        if (array instanceof ArrayNode list) {
            list.removeIf(item -> item.asText().equals(text));
        }
    }

    /// A new object, controlled by the owner and in its namespace, with these labels.
    public static ObjectNode owned(String name, JsonNode owner, JsonNode labels) {
        ObjectNode object = of(
                """
                {metadata: {name: %s, namespace: %s, ownerReferences: [
                {apiVersion: %s, kind: %s, name: %s, uid: %s, controller: true, blockOwnerDeletion: true}]}}
                """, name, namespace(owner), text(owner, "/apiVersion"), text(owner, "/kind"), name(owner), uid(owner));
        object.withObject("/metadata/labels").setAll(labels instanceof ObjectNode given ? given : object());
        return object;
    }

    /// A new object, as the pod template of its owner says.
    public static ObjectNode fromTemplate(String name, JsonNode owner) {
        JsonNode template = owner.at("/spec/template");
        ObjectNode object = owned(name, owner, template.at("/metadata/labels"));
        putUnlessEmpty(object.withObject("/metadata"), "annotations", template.at("/metadata/annotations"));
        return object.set("spec", template.path("spec").deepCopy());
    }

    /// Whether the object has all these labels.
    public static boolean hasLabels(JsonNode object, JsonNode wanted) {
        JsonNode labels = object.at("/metadata/labels");
        return wanted.properties().stream().allMatch(w -> w.getValue().equals(labels.get(w.getKey())));
    }

    public static boolean podReady(JsonNode pod) {
        return !deleting(pod) && conditionIs(pod, "Ready", "True");
    }

    public static boolean terminal(JsonNode pod) {
        String phase = text(pod, "/status/phase");
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    public static boolean conditionIs(JsonNode object, String type, String status) {
        JsonNode condition = named(object.at("/status/conditions"), "type", type);
        return text(condition, "/status").equals(status);
    }

    /// Sets a condition; its transition time moves only with its status. Empty reason and message are left out.
    public static void condition(ObjectNode status, String type, boolean value, String reason, String message) {
        ArrayNode conditions = status.withArray("conditions");
        ObjectNode condition = named(conditions, "type", type) instanceof ObjectNode present
                ? present
                : conditions.addObject().put("type", type);
        String text = value ? "True" : "False";
        if (!condition.path("status").asText().equals(text)) {
            condition.put("status", text).put("lastTransitionTime", now());
        }
        putUnlessEmpty(condition, "reason", reason);
        putUnlessEmpty(condition, "message", message);
    }

    /// Leaves the field out where the value says nothing (empty, zero or missing), as Kubernetes does.
    public static void putUnlessEmpty(ObjectNode node, String field, Object value) {
        JsonNode given = value instanceof JsonNode json ? json : JSON.valueToTree(value);
        boolean blank = given.isNumber()
                ? given.asLong() == 0
                : given.isEmpty() && given.asText().isEmpty();
        node.set(field, given);
        if (blank) {
            node.remove(field);
        }
    }

    public static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// The first ten hex digits of a digest of the text: for names that follow from contents.
    public static String hash(String text) {
        UUID digest = UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
        return digest.toString().substring(24, 34);
    }
}
