package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.ApiServer;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Folders;
import dev.quorate.local.store.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/// Keeps one [PodRunner] for each pod of the store, and none beyond. Control loop only, but for [#close] and the first
/// pass.
///
/// @param worlds what a pod's containers find
/// @param runners by the pod's uid
public record Kubelet(
        ApiServer api, AddressBlock addresses, Function<ObjectNode, PodWorld> worlds, Map<String, PodRunner> runners)
        implements Runnable, AutoCloseable {
    private static final Duration STOP_GRACE = Duration.ofSeconds(20);

    public Kubelet(ApiServer api, AddressBlock addresses, Function<ObjectNode, PodWorld> worlds) {
        this(api, addresses, worlds, new HashMap<>());
    }

    private Cluster cluster() {
        return api.cluster();
    }

    @Override
    public void run() {
        Map<String, ObjectNode> pods = new HashMap<>();
        cluster().list("Pod").forEach(pod -> pods.put(Json.uid(pod), pod));
        runners.entrySet().removeIf(r -> isGone(r.getValue(), Optional.ofNullable(pods.get(r.getKey()))));
        pods.keySet().removeAll(runners.keySet());
        for (ObjectNode pod : pods.values()) {
            // Of a former run, whose processes are no more.
            boolean lost = pod.path("spec").has("nodeName")
                    && Json.text(pod, "/spec/restartPolicy").equals("Never");
            if (Json.deleting(pod)) {
                cluster().deleteNow(pod);
            } else if (!Json.terminal(pod) && lost) {
                cluster().updateStatus(pod, status -> status.put("phase", "Failed"));
            } else if (!Json.terminal(pod)) {
                admit(pod);
            }
        }
    }

    /// Ends the runner of a pod that is to go, or is gone: deleted without grace. True once it has ended.
    private static boolean isGone(PodRunner runner, Optional<ObjectNode> pod) {
        String time = pod.map(p -> Json.text(p, "/metadata/deletionTimestamp")).orElseGet(Json::now);
        if (time.isEmpty()) {
            return false;
        }
        runner.stop(Instant.parse(time));
        boolean ended = runner.ended().isDone();
        if (ended) {
            Folders.delete(runner.world().folder());
        }
        return ended;
    }

    /// Starts the pod, unless its predecessor of the same name has to end first, which wakes us then.
    private void admit(ObjectNode pod) {
        Map<String, String> addressesInUse = new HashMap<>();
        for (PodRunner runner : runners.values()) {
            ObjectNode other = runner.world().pod();
            addressesInUse.put(Json.key(other), Json.text(other, "/status/podIP"));
        }
        if (addressesInUse.containsKey(Json.key(pod))) {
            return;
        }
        String address = addresses.forPod(Json.key(pod), addressesInUse.values());
        Consumer<ObjectNode> place = p -> {
            p.withObject("/spec").put("nodeName", "local");
            ObjectNode status = p.withObject("/status").removeAll().put("phase", "Pending");
            status.put("podIP", address).put("startTime", Json.now());
            status.putArray("podIPs").addObject().put("ip", address);
            status.set("initContainerStatuses", PodRunner.created(p.at("/spec/initContainers")));
            status.set("containerStatuses", PodRunner.created(p.at("/spec/containers")));
        };
        cluster().update(pod, place).ifPresent(placed -> {
            PodRunner runner = new PodRunner(worlds.apply(placed));
            runners.put(Json.uid(placed), runner);
            runner.ended().thenRun(api.loop()::wake);
            runner.start();
        });
    }

    /// Ends all pods' processes, together; their objects stay for the next start.
    @Override
    public void close() {
        api.loop().close();
        Instant deadline = Instant.now().plus(STOP_GRACE);
        runners.values().forEach(r -> r.stop(deadline));
        long patience = STOP_GRACE.plusSeconds(5).toSeconds();
        runners.values().forEach(r -> r.ended()
                .completeOnTimeout(null, patience, TimeUnit.SECONDS)
                .join());
    }
}
