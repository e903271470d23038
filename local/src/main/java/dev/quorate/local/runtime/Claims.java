package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Folders;
import dev.quorate.local.store.Json;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// PersistentVolumeClaims as folders: bound at once, kept while a pod uses them, removed with the claim. Control loop
/// only.
///
/// @param folder where each claim gets a folder of its own
public record Claims(Cluster cluster, Path folder) implements Runnable {
    private static final String PROTECTION = "kubernetes.io/pvc-protection";

    /// Where the claim's files are.
    static Path folderOf(Path folder, JsonNode claim) {
        return folder.resolve(Json.namespace(claim) + "_" + Json.name(claim) + "_" + Json.uid(claim));
    }

    @Override
    public void run() {
        Set<Path> unwanted = new HashSet<>(Folders.list(Folders.create(folder)));
        for (ObjectNode claim : cluster.list("PersistentVolumeClaim")) {
            unwanted.remove(folderOf(folder, claim));
            if (!Json.deleting(claim)) {
                Folders.create(folderOf(folder, claim));
                cluster.update(claim, Claims::bind);
            } else if (cluster.list("Pod").stream().noneMatch(p -> uses(p, claim))) {
                cluster.update(claim, c -> Json.removeText(c.at("/metadata/finalizers"), PROTECTION));
            }
        }
        unwanted.forEach(Folders::delete);
    }

    private static void bind(ObjectNode claim) {
        claim.withObject("/spec").put("volumeName", "pvc-" + Json.uid(claim));
        ObjectNode status = claim.withObject("/status").put("phase", "Bound");
        status.set("accessModes", claim.at("/spec/accessModes"));
        status.withObject("/capacity").set("storage", claim.at("/spec/resources/requests/storage"));
    }

    private static boolean uses(JsonNode pod, JsonNode claim) {
        // While it still waits for the claim, it does not hold it.
        boolean began =
                pod.path("status").findValuesAsText("containerID").stream().anyMatch(id -> !id.isEmpty());
        return Json.namespace(pod).equals(Json.namespace(claim))
                && began
                && !Json.terminal(pod)
                && pod.at("/spec/volumes").findValuesAsText("claimName").contains(Json.name(claim));
    }
}
