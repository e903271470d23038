package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Folders;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// PersistentVolumeClaims as folders: bound at once, kept while a pod uses them, removed with the claim. Control loop
/// only.
final class Claims implements Runnable {
    private static final String PROTECTION = "kubernetes.io/pvc-protection";

    private final Cluster cluster;
    private final Path folder;

    /// @param folder where each bound claim gets a folder of its own
    Claims(Cluster cluster, Path folder) {
        this.cluster = cluster;
        this.folder = folder;
    }

    /// Where the claim's files are.
    static Path folderOf(Path folder, JsonNode claim) {
        return folder.resolve(Json.namespace(claim) + "_" + Json.name(claim) + "_" + Json.uid(claim));
    }

    @Override
    public void run() {
        Set<Path> wanted = new HashSet<>();
        try {
            Files.createDirectories(folder);
            for (ObjectNode claim : cluster.list("PersistentVolumeClaim")) {
                wanted.add(folderOf(folder, claim));
                if (!Json.deleting(claim)) {
                    Files.createDirectories(folderOf(folder, claim));
                    bind(claim);
                } else if (cluster.list("Pod").stream().noneMatch(p -> uses(p, claim))) {
                    cluster.update(claim, c -> Json.removeText(c.at("/metadata/finalizers"), PROTECTION));
                }
            }
            List<Path> present;
            try (Stream<Path> all = Files.list(folder)) {
                present = all.filter(p -> !wanted.contains(p)).toList();
            }
            for (Path path : present) {
                Folders.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void bind(ObjectNode claim) {
        cluster.update(claim, c -> {
            c.withObject("/spec").put("volumeName", "pvc-" + Json.uid(claim));
            Json.addText(c.withObject("/metadata").withArray("finalizers"), PROTECTION);
        });
        cluster.updateStatus(claim, status -> {
            status.put("phase", "Bound").set("accessModes", claim.at("/spec/accessModes"));
            status.withObject("/capacity").set("storage", claim.at("/spec/resources/requests/storage"));
        });
    }

    private static boolean uses(JsonNode pod, JsonNode claim) {
        return Json.namespace(pod).equals(Json.namespace(claim))
                && !Json.terminal(pod)
                && Json.stream(pod.at("/spec/volumes")).anyMatch(v -> Json.text(v, "/persistentVolumeClaim/claimName")
                        .equals(Json.name(claim)));
    }
}
