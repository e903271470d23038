package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectKey;
import dev.quorate.local.store.ObjectStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Removes what its owners left behind, and carries out foreground and orphaning deletions, namespaces and definitions.
/// Control loop only.
record GarbageCollector(ObjectStore store, Cluster cluster) implements Runnable {
    /// Of a namespace or a definition: it goes once all in it is gone.
    private static final String CONTENTS = "quorate.dev/contents";

    @Override
    public void run() {
        Map<ObjectKey, ObjectNode> all = store.all();
        all.forEach((key, object) -> {
            if (Json.deleting(object)) {
                marked(key, object, all);
            } else if (isLeft(object, all)) {
                // The snapshot may be older than a new owner: look again before anything is lost.
                store.atomically(() -> store.get(key).equals(Optional.of(object)) && cluster.delete(object));
            }
        });
    }

    /// Whether it has owners, and all are gone. In another namespace counts as gone.
    private static boolean isLeft(JsonNode object, Map<ObjectKey, ObjectNode> all) {
        List<String> owners = object.at("/metadata/ownerReferences").findValuesAsText("uid");
        return !owners.isEmpty()
                && all.values().stream()
                        .filter(o -> owners.contains(Json.uid(o)))
                        .noneMatch(o -> List.of("", Json.namespace(object)).contains(Json.namespace(o)));
    }

    private void marked(ObjectKey key, ObjectNode object, Map<ObjectKey, ObjectNode> all) {
        List<String> finalizers = Json.texts(object.at("/metadata/finalizers"));
        Predicate<JsonNode> toThis = r -> r.path("uid").asText().equals(Json.uid(object));
        List<ObjectNode> dependents = all.values().stream()
                .filter(o -> references(o).anyMatch(toThis))
                .toList();
        if (finalizers.contains("orphan")) {
            dependents.forEach(d -> cluster.update(d, o -> Json.removeIf(o.at("/metadata/ownerReferences"), toThis)));
            cluster.update(object, o -> Json.removeText(o.at("/metadata/finalizers"), "orphan"));
        } else if (finalizers.contains("foregroundDeletion")) {
            delete(dependents);
            Predicate<JsonNode> blocks = r -> r.path("blockOwnerDeletion").asBoolean();
            if (dependents.stream().noneMatch(d -> references(d).anyMatch(toThis.and(blocks)))) {
                cluster.update(object, o -> Json.removeText(o.at("/metadata/finalizers"), "foregroundDeletion"));
            }
        }
        if (finalizers.contains(CONTENTS)) {
            List<ObjectNode> inside = all.entrySet().stream()
                    .filter(e -> List.of(e.getKey().namespace(), e.getKey().resource())
                            .contains(key.name()))
                    .map(Map.Entry::getValue)
                    .toList();
            delete(inside);
            if (inside.isEmpty()) {
                cluster.update(object, o -> Json.removeText(o.at("/metadata/finalizers"), CONTENTS));
            }
        }
    }

    private static Stream<JsonNode> references(JsonNode object) {
        return Json.stream(object.at("/metadata/ownerReferences"));
    }

    private void delete(List<ObjectNode> objects) {
        objects.stream().filter(o -> !Json.deleting(o)).forEach(cluster::delete);
    }
}
