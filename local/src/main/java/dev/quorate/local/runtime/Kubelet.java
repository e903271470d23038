package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.api.ControlLoop;
import dev.quorate.local.api.PodLogs;
import dev.quorate.local.store.Folders;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Keeps one [PodRunner] for each pod of the store, and none beyond. Control loop only, but for [#close].
final class Kubelet implements Runnable, AutoCloseable {
    private static final Duration STOP_GRACE = Duration.ofSeconds(20);

    private final Cluster cluster;
    private final ControlLoop loop;
    private final PodWorld.Machine machine;
    private final AddressBlock addresses;
    private final PodLogs logs;
    private final Map<String, PodRunner> runners = new HashMap<>();

    Kubelet(Cluster cluster, ControlLoop loop, PodWorld.Machine machine, AddressBlock addresses, PodLogs logs)
            throws IOException {
        this.cluster = cluster;
        this.loop = loop;
        this.machine = machine;
        this.addresses = addresses;
        this.logs = logs;
        Folders.delete(logs.folder());
        cluster.list("Pod").stream().filter(p -> !Json.terminal(p)).forEach(this::forgetFormerRun);
    }

    /// No process of a former run is left, whatever the pods' statuses say.
    private void forgetFormerRun(ObjectNode pod) {
        boolean lost = Json.text(pod, "/spec/restartPolicy").equals("Never")
                && pod.path("status").has("podIP");
        cluster.updateStatus(pod, status -> {
            status.removeAll().put("phase", lost ? "Failed" : "Pending");
            Json.condition(status, "Ready", false, "ContainersNotReady", "the embedded mode was stopped");
        });
    }

    @Override
    public void run() {
        Set<String> uids = new HashSet<>();
        for (ObjectNode pod : cluster.list("Pod")) {
            uids.add(Json.uid(pod));
            try {
                reconcile(pod, runners.get(Json.uid(pod)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        // A pod whose object is gone, deleted without grace, has no right to run.
        for (Map.Entry<String, PodRunner> runner : Map.copyOf(runners).entrySet()) {
            if (!uids.contains(runner.getKey()) && !ended(runner.getKey(), runner.getValue())) {
                runner.getValue().stop(Instant.now());
            }
        }
    }

    private void reconcile(ObjectNode pod, @Nullable PodRunner runner) throws IOException {
        if (runner == null) {
            if (Json.deleting(pod)) {
                cluster.deleteNow(pod);
            } else if (!Json.terminal(pod)) {
                admit(pod);
            }
        } else if (!Json.deleting(pod)) {
            runner.refreshVolumes();
        } else if (ended(Json.uid(pod), runner)) {
            cluster.deleteNow(pod);
        } else {
            // A later and smaller grace period shortens the first.
            runner.stop(Instant.parse(Json.text(pod, "/metadata/deletionTimestamp")));
        }
    }

    /// Forgets a runner that has ended, with its files.
    private boolean ended(String uid, PodRunner runner) {
        if (!runner.hasEnded()) {
            return false;
        }
        runners.remove(uid);
        try {
            Folders.delete(runner.folder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }

    /// Starts the pod if it can run now; if not, its condition and an event say why.
    private void admit(ObjectNode pod) throws IOException {
        if (runners.values().stream().anyMatch(r -> r.key().equals(Json.key(pod)))) {
            return; // Its predecessor of the same name goes first, and wakes us then.
        }
        Optional<String> problem = Json.stream(pod.at("/spec/volumes"))
                .filter(v -> v.has("persistentVolumeClaim"))
                .flatMap(v -> problemOf(pod, Json.text(v, "/persistentVolumeClaim/claimName")).stream())
                .findFirst();
        if (problem.isPresent()) {
            String message = problem.get();
            JsonNode present = Json.named(pod.at("/status/conditions"), "type", "PodScheduled");
            if (!present.path("message").asText().equals(message)) {
                cluster.updateStatus(pod, s -> Json.condition(s, "PodScheduled", false, "Unschedulable", message));
                cluster.event(pod, "Warning", "FailedScheduling", message);
            }
            return;
        }
        Set<String> used = new HashSet<>();
        runners.values().forEach(r -> used.add(r.address()));
        String address = addresses.forPod(Json.key(pod), used);
        cluster.update(pod, p -> p.withObject("/spec").put("nodeName", "local"));
        cluster.updateStatus(
                pod,
                status -> status.setAll(Json.of(
                        "{hostIP: 127.0.0.1, podIP: %s, podIPs: [{ip: %s}], startTime: '%s', qosClass: Burstable}",
                        address, address, Json.now())));
        Optional<ObjectNode> placed = cluster.get("Pod", Json.namespace(pod), Json.name(pod));
        if (placed.filter(p -> Json.uid(p).equals(Json.uid(pod))).isPresent()) {
            Path folder = logs.folderOf(pod);
            Files.createDirectories(folder);
            PodWorld world = new PodWorld(cluster, placed.get(), folder, machine);
            PodRunner runner = new PodRunner(cluster, placed.get(), world, loop::wake);
            runners.put(Json.uid(pod), runner);
            runner.start();
        }
    }

    private Optional<String> problemOf(JsonNode pod, String name) {
        Optional<ObjectNode> claim = cluster.get("PersistentVolumeClaim", Json.namespace(pod), name);
        String text = "persistentvolumeclaim \"" + name + "\" ";
        if (claim.isEmpty()) {
            return Optional.of(text + "not found");
        }
        boolean usable = Json.text(claim.get(), "/status/phase").equals("Bound") && !Json.deleting(claim.get());
        return usable ? Optional.empty() : Optional.of(text + "is not bound, or is being deleted");
    }

    /// Ends all pods' processes, together; their objects stay for the next start.
    @Override
    public void close() throws InterruptedException {
        loop.close();
        Instant deadline = Instant.now().plus(STOP_GRACE);
        runners.values().forEach(r -> r.stop(deadline));
        for (PodRunner runner : runners.values()) {
            runner.awaitEnd(STOP_GRACE.plusSeconds(5));
        }
    }
}
