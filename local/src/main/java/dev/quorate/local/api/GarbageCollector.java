package dev.quorate.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Removes what its owners left behind, and what is in namespaces and definitions that are to go. Control loop only.
record GarbageCollector(ObjectStore store, Cluster cluster) implements Runnable {
    /// Holds a namespace or a definition until all in it is gone.
    private static final String CONTENTS = "quorate.dev/contents";

    @Override
    public void run() {
        Map<String, ObjectNode> all = store.all();
        all.forEach((key, object) -> {
            if (!Json.deleting(object)) {
                List<String> owners = object.at("/metadata/ownerReferences").findValuesAsText("uid");
                // In another namespace counts as gone.
                List<String> places = List.of("", Json.namespace(object));
                boolean owned = owners.isEmpty()
                        || all.values().stream()
                                .anyMatch(o -> owners.contains(Json.uid(o)) && places.contains(Json.namespace(o)));
                // The snapshot may be older than a new owner: look again before anything is lost.
                store.atomically(() -> !owned && store.get(key).equals(Optional.of(object)) && cluster.delete(object));
            } else if (Json.texts(object.at("/metadata/finalizers")).contains(CONTENTS)) {
                Map<String, ObjectNode> inside = store.all();
                inside.keySet()
                        .removeIf(k -> !List.of(k.split("/")).subList(0, 2).contains(Json.name(object)));
                inside.values().stream().filter(o -> !Json.deleting(o)).forEach(cluster::delete);
                if (inside.isEmpty()) {
                    cluster.update(object, o -> Json.removeText(o.at("/metadata/finalizers"), CONTENTS));
                }
            }
        });
    }
}
