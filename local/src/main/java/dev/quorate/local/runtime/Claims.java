package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
final class Claims implements ControlLoop.Controller {
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
    public void reconcile() {
        List<ObjectNode> pods = cluster.list(Kind.POD);
        Set<Path> wanted = new HashSet<>();
        for (ObjectNode claim : cluster.list(Kind.CLAIM)) {
            wanted.add(folderOf(folder, claim));
            if (Json.deleting(claim)) {
                releaseIfUnused(claim, pods);
            } else {
                bind(claim);
            }
        }
        removeOthers(wanted);
    }

    private void bind(ObjectNode claim) {
        String size = claim.at("/spec/resources/requests/storage").asText();
        if (claim.at("/status/phase").asText().equals("Bound")
                && claim.at("/status/capacity/storage").asText().equals(size)) {
            return;
        }
        if (claim.at("/spec").has("selector")
                || claim.at("/spec").has("dataSource")
                || claim.at("/spec/volumeMode").asText().equals("Block")) {
            new EventRecorder(cluster, "persistentvolume-controller")
                    .warning(
                            Kind.CLAIM,
                            claim,
                            "ProvisioningFailed",
                            "the embedded mode has no claims with selector, dataSource or volumeMode Block");
            return;
        }
        try {
            Files.createDirectories(folderOf(folder, claim));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cluster.update(Kind.CLAIM, claim, c -> {
            c.withObject("/spec").put("volumeName", "pvc-" + Json.uid(claim));
            c.withObject("/metadata")
                    .withObject("/annotations")
                    .put("pv.kubernetes.io/bind-completed", "yes")
                    .put("pv.kubernetes.io/bound-by-controller", "yes");
            ArrayNode finalizers = c.withObject("/metadata").withArray("finalizers");
            if (Json.stream(finalizers).noneMatch(f -> f.asText().equals(PROTECTION))) {
                finalizers.add(PROTECTION);
            }
        });
        cluster.updateStatus(Kind.CLAIM, claim, c -> {
            ObjectNode status = c.withObject("/status").put("phase", "Bound");
            status.set("accessModes", claim.at("/spec/accessModes"));
            status.withObject("/capacity").put("storage", size);
        });
    }

    private void releaseIfUnused(ObjectNode claim, List<ObjectNode> pods) {
        boolean used = pods.stream()
                .filter(p -> Json.namespace(p).equals(Json.namespace(claim)) && !Json.terminal(p))
                .flatMap(p -> Json.stream(p.at("/spec/volumes")))
                .anyMatch(v -> v.at("/persistentVolumeClaim/claimName").asText().equals(Json.name(claim)));
        if (!used) {
            cluster.update(Kind.CLAIM, claim, c -> {
                ArrayNode finalizers = c.withObject("/metadata").withArray("finalizers");
                for (int i = finalizers.size() - 1; i >= 0; i--) {
                    if (finalizers.get(i).asText().equals(PROTECTION)) {
                        finalizers.remove(i);
                    }
                }
            });
        }
    }

    private void removeOthers(Set<Path> wanted) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> present = Files.list(folder)) {
            for (Path path : present.filter(p -> !wanted.contains(p)).toList()) {
                Folders.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
