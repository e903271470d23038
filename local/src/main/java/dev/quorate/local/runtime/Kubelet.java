package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.ApiServer;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Folders;
import dev.quorate.local.store.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Keeps one [PodRunner] for each pod of the store, and none beyond. Control loop only, but for [#close].
public final class Kubelet implements Runnable, AutoCloseable {
    private static final Duration STOP_GRACE = Duration.ofSeconds(20);

    private final ApiServer api;
    private final Cluster cluster;
    private final Path state;
    private final Map<String, Path> images;
    private final AddressBlock addresses;
    private final Processes processes;
    /// By the pod's uid.
    private final Map<String, PodRunner> runners = new HashMap<>();

    /// @param state see [PodWorld], as for images and processes
    public Kubelet(ApiServer api, Path state, Map<String, Path> images, AddressBlock addresses, Processes processes) {
        this.api = api;
        this.cluster = api.cluster();
        this.state = state;
        this.images = images;
        this.addresses = addresses;
        this.processes = processes;
        // No process of a former run is left, whatever the pods' statuses say.
        Folders.delete(state.resolve("pods"));
        for (ObjectNode pod : cluster.list("Pod")) {
            boolean lost = Json.text(pod, "/spec/restartPolicy").equals("Never")
                    && pod.path("status").has("podIP");
            if (!Json.terminal(pod)) {
                cluster.updateStatus(pod, status -> status.removeAll().put("phase", lost ? "Failed" : "Pending"));
            }
        }
    }

    @Override
    public void run() {
        Map<String, ObjectNode> pods = new HashMap<>();
        cluster.list("Pod").forEach(pod -> pods.put(Json.uid(pod), pod));
        runners.entrySet().removeIf(r -> isGone(r.getValue(), Optional.ofNullable(pods.get(r.getKey()))));
        pods.keySet().removeAll(runners.keySet());
        for (ObjectNode pod : pods.values()) {
            if (Json.deleting(pod)) {
                cluster.deleteNow(pod);
            } else if (!Json.terminal(pod)) {
                admit(pod);
            }
        }
    }

    /// Ends the runner of a pod that is to go, or is gone: deleted without grace. True once it has ended.
    private static boolean isGone(PodRunner runner, Optional<ObjectNode> pod) {
        String time = pod.map(p -> Json.text(p, "/metadata/deletionTimestamp")).orElseGet(Json::now);
        if (time.isEmpty()) {
            runner.refreshVolumes();
            return false;
        }
        runner.stop(Instant.parse(time));
        boolean ended = runner.hasEnded();
        if (ended) {
            Folders.delete(runner.world().folder());
        }
        return ended;
    }

    /// Starts the pod if it can run now; if not, its condition and an event say why.
    private void admit(ObjectNode pod) {
        if (runners.values().stream().anyMatch(r -> Json.key(r.pod()).equals(Json.key(pod)))) {
            return; // Its predecessor of the same name goes first, and wakes us then.
        }
        Optional<String> problem = Json.stream(pod.at("/spec/volumes"))
                .filter(v -> v.has("persistentVolumeClaim"))
                .flatMap(v -> problemOf(pod, Json.text(v, "/persistentVolumeClaim/claimName")).stream())
                .findFirst();
        if (problem.isPresent()) {
            JsonNode present = Json.named(pod.at("/status/conditions"), "type", "PodScheduled");
            if (!present.path("message").asText().equals(problem.get())) {
                cluster.event(pod, "Warning", "FailedScheduling", problem.get());
                cluster.updateStatus(
                        pod, s -> Json.condition(s, "PodScheduled", false, "Unschedulable", problem.get()));
            }
            return;
        }
        List<String> used = runners.values().stream()
                .map(r -> Json.text(r.pod(), "/status/podIP"))
                .toList();
        String address = addresses.forPod(Json.key(pod), used);
        cluster.update(pod, p -> {
            p.withObject("/spec").put("nodeName", "local");
            p.withObject("/status").put("podIP", address).put("startTime", Json.now());
            p.withObject("/status").putArray("podIPs").addObject().put("ip", address);
        });
        Optional<ObjectNode> placed = cluster.get("Pod", Json.namespace(pod), Json.name(pod));
        placed.filter(p -> Json.uid(p).equals(Json.uid(pod))).ifPresent(p -> {
            PodWorld world = new PodWorld(cluster, p, state, images, processes);
            PodRunner runner = new PodRunner(world, api.loop()::wake);
            runners.put(Json.uid(p), runner);
            runner.start();
        });
    }

    private Optional<String> problemOf(JsonNode pod, String name) {
        Optional<ObjectNode> claim = cluster.get("PersistentVolumeClaim", Json.namespace(pod), name);
        boolean usable = claim.filter(c -> Json.text(c, "/status/phase").equals("Bound") && !Json.deleting(c))
                .isPresent();
        String problem = claim.isEmpty() ? "not found" : "is not bound, or is being deleted";
        return usable ? Optional.empty() : Optional.of("persistentvolumeclaim \"" + name + "\" " + problem);
    }

    /// Ends all pods' processes, together; their objects stay for the next start.
    @Override
    public void close() throws InterruptedException {
        api.loop().close();
        Instant deadline = Instant.now().plus(STOP_GRACE);
        runners.values().forEach(r -> r.stop(deadline));
        for (PodRunner runner : runners.values()) {
            runner.awaitEnd(STOP_GRACE.plusSeconds(5));
        }
    }
}
