package dev.quorate.e2e.cluster;

import dev.quorate.crds.Names;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What happened to the pods of an ensemble since: in which order they went down, and how many were down at once.
public final class PodHistory implements AutoCloseable {
    private final AutoCloseable watch;
    private final Map<String, String> gone = new HashMap<>();
    private final Map<String, Boolean> down = new TreeMap<>();
    private final List<String> restarts = Collections.synchronizedList(new ArrayList<>());
    private int mostDown;
    private String mostDownWho = "";

    private PodHistory(Cluster cluster, EnsembleUnderTest ensemble) {
        this.watch = cluster.client()
                .pods()
                .inNamespace(cluster.namespace())
                .withLabel(Names.ENSEMBLE_LABEL, ensemble.name())
                .watch(new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, Pod pod) {
                        happened(action, pod);
                    }

                    @Override
                    public void onClose(WatcherException cause) {}
                });
    }

    public static PodHistory of(Cluster cluster, EnsembleUnderTest ensemble) {
        return new PodHistory(cluster, ensemble);
    }

    private synchronized void happened(Watcher.Action action, Pod pod) {
        if (action == Watcher.Action.BOOKMARK || action == Watcher.Action.ERROR) {
            return;
        }
        String name = pod.getMetadata().getName();
        boolean isUp = action != Watcher.Action.DELETED
                && pod.getMetadata().getDeletionTimestamp() == null
                && pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True"));
        boolean goes = action == Watcher.Action.DELETED || pod.getMetadata().getDeletionTimestamp() != null;
        String uid = pod.getMetadata().getUid();
        if (goes && !uid.equals(gone.put(name, uid))) {
            restarts.add(name);
        }
        // A server that is between two leaders is not ready either, but nobody has taken it down.
        if (isUp || goes) {
            down.put(name, !isUp);
        }
        List<String> who = down.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
        if (who.size() > mostDown) {
            mostDown = who.size();
            mostDownWho = String.join(", ", who);
        }
    }

    /// Names of pods, in the order in which they were taken down.
    public List<String> restarts() {
        synchronized (restarts) {
            return List.copyOf(restarts);
        }
    }

    /// The most pods that were gone, or not yet back, at the same time.
    public synchronized int mostDown() {
        return mostDown;
    }

    @Override
    public synchronized String toString() {
        return restarts.stream().collect(Collectors.joining(", ", "restarts: ", "; most down at once: ")) + mostDownWho;
    }

    @Override
    public void close() throws Exception {
        watch.close();
    }
}
