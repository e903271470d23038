package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.api.PodLogs;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Keeps one [PodRunner] for each pod of the store, and none beyond. Control loop only, except [#log] and [#close].
final class Kubelet implements ControlLoop.Controller {
    /// The one node's name.
    static final String NODE = "local";

    private final Cluster cluster;
    private final ControlLoop loop;
    private final PodLaunch.Settings settings;
    private final PodAddresses addresses;
    private final Map<String, PodRunner> runners = new ConcurrentHashMap<>();
    private final Map<String, String> stopRequested = new HashMap<>();
    private final Map<String, String> refused = new HashMap<>();

    Kubelet(Cluster cluster, ControlLoop loop, PodLaunch.Settings settings, PodAddresses addresses) {
        this.cluster = cluster;
        this.loop = loop;
        this.settings = settings;
        this.addresses = addresses;
    }

    /// Before the first pass: no process of a former run is left, whatever the pods' statuses say.
    void forgetFormerRun() throws IOException {
        Folders.delete(settings.pods());
        for (ObjectNode pod : cluster.list("Pod")) {
            if (Json.terminal(pod)) {
                continue;
            }
            boolean ran = pod.at("/status").has("podIP");
            boolean never = pod.at("/spec/restartPolicy").asText().equals("Never");
            cluster.updateStatus(pod, status -> {
                status.put("phase", ran && never ? "Failed" : "Pending");
                Json.condition(status, "Ready", false, "ContainersNotReady", "the embedded mode was stopped");
                status.withArray("containerStatuses")
                        .forEach(c -> ((ObjectNode) c).put("ready", false).put("started", false));
            });
        }
    }

    @Override
    public void reconcile() {
        Set<String> present = new HashSet<>();
        for (ObjectNode pod : cluster.list("Pod")) {
            PodRunner runner = runners.get(Json.key(pod));
            if (runner != null && !runner.uid().equals(Json.uid(pod))) {
                continue; // Its predecessor of the same name goes first; below.
            }
            present.add(Json.key(pod));
            try {
                reconcile(pod, runner);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        for (String key : List.copyOf(runners.keySet())) {
            if (!present.contains(key)) {
                remove(key);
            }
        }
    }

    private void reconcile(ObjectNode pod, @Nullable PodRunner runner) throws IOException {
        if (runner == null) {
            if (Json.deleting(pod)) {
                cluster.removePod(pod);
            } else if (!Json.terminal(pod) && admitted(pod)) {
                start(pod);
            }
        } else if (!Json.deleting(pod)) {
            runner.refreshVolumes();
        } else if (runner.hasEnded()) {
            forget(Json.key(pod), runner);
            cluster.removePod(pod);
        } else {
            stop(pod, runner);
        }
    }

    /// A later and smaller grace period shortens the first.
    private void stop(ObjectNode pod, PodRunner runner) {
        String deadline = pod.at("/metadata/deletionTimestamp").asText();
        if (deadline.equals(stopRequested.put(Json.key(pod), deadline))) {
            return;
        }
        cluster.event(pod, "kubelet", "Normal", "Killing", "Stopping pod " + Json.name(pod));
        if (pod.at("/metadata/deletionGracePeriodSeconds").asLong(30) == 0) {
            runner.kill();
        } else {
            runner.stop(Instant.parse(deadline));
        }
    }

    /// The pod's object is gone (deleted without grace): so is its right to run.
    private void remove(String key) {
        PodRunner runner = runners.get(key);
        if (runner == null) {
            return;
        }
        if (runner.hasEnded()) {
            forget(key, runner);
            loop.wake();
        } else {
            runner.kill();
        }
    }

    private void forget(String key, PodRunner runner) {
        runners.remove(key);
        stopRequested.remove(key);
        try {
            runner.deleteFiles();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!key.matches(".*-\\d+")) {
            addresses.forget(key);
        }
    }

    /// Whether the pod can run now; if not, its condition and an event say why, by name.
    private boolean admitted(ObjectNode pod) {
        for (JsonNode volume : pod.at("/spec/volumes")) {
            if (volume.has("persistentVolumeClaim")) {
                String name = volume.at("/persistentVolumeClaim/claimName").asText();
                Optional<ObjectNode> claim = cluster.get("PersistentVolumeClaim", Json.namespace(pod), name);
                if (claim.isEmpty() || Json.deleting(claim.get())) {
                    String state = claim.isEmpty() ? "not found" : "is being deleted";
                    refuse(pod, "persistentvolumeclaim \"" + name + "\" " + state);
                    return false;
                }
                if (!claim.get().at("/status/phase").asText().equals("Bound")) {
                    refuse(pod, "persistentvolumeclaim \"" + name + "\" is not bound");
                    return false;
                }
            }
        }
        return true;
    }

    private void refuse(ObjectNode pod, String message) {
        if (message.equals(refused.put(Json.uid(pod), message))) {
            return;
        }
        cluster.updateStatus(pod, status -> Json.condition(status, "PodScheduled", false, "Unschedulable", message));
        cluster.event(pod, "kubelet", "Warning", "FailedScheduling", message);
    }

    private void start(ObjectNode pod) throws IOException {
        Optional<String> address = addresses.addressFor(Json.key(pod), runners::containsKey);
        if (address.isEmpty()) {
            refuse(pod, "all addresses of the embedded mode are in use");
            return;
        }
        refused.remove(Json.uid(pod));
        String ip = address.get();
        cluster.update(pod, p -> p.withObject("/spec").put("nodeName", NODE));
        cluster.updateStatus(
                pod,
                status -> status.setAll(Json.of(
                        "{hostIP: 127.0.0.1, hostIPs: [{ip: 127.0.0.1}], podIP: %s, podIPs: [{ip: %s}], startTime: '%s',"
                                + " qosClass: Burstable}",
                        ip, ip, Json.now())));
        Optional<ObjectNode> placed = cluster.get("Pod", Json.namespace(pod), Json.name(pod));
        if (placed.isEmpty() || !Json.uid(placed.get()).equals(Json.uid(pod))) {
            return;
        }
        ObjectNode current = placed.get();
        Path folder = settings.pods().resolve(Json.namespace(pod) + "_" + Json.name(pod) + "_" + Json.uid(pod));
        Files.createDirectories(folder);
        PodFiles files = new PodFiles(cluster, current, folder, settings.claims());
        PodLaunch launch = new PodLaunch(cluster, current, files, folder, settings);
        PodRunner runner = new PodRunner(cluster, current, files, launch, loop::wake);
        runners.put(Json.key(pod), runner);
        runner.start();
    }

    /// The log of a container of a pod that has been started; any thread.
    Optional<ContainerLog> log(PodLogs.Request request) {
        return Optional.ofNullable(runners.get(request.namespace() + "/" + request.pod()))
                .flatMap(r -> r.log(request.container()));
    }

    /// Ends all pods' processes, together; after this the control loop must not run again.
    ///
    /// @param grace until they are killed
    void stopAll(Duration grace) throws InterruptedException {
        List<PodRunner> all = new ArrayList<>(runners.values());
        Instant deadline = Instant.now().plus(grace);
        all.forEach(r -> r.stop(deadline));
        for (PodRunner runner : all) {
            runner.awaitEnd(Duration.between(Instant.now(), deadline).plusSeconds(5));
        }
    }
}
