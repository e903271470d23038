package dev.quorate.local.runtime;

import dev.quorate.local.api.ApiServer;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.api.ControlLoop;
import dev.quorate.local.api.PodLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// Controllers and kubelet, started and stopped together.
public record LocalRuntime(AutoCloseable kubelet) implements AutoCloseable {
    /// @param state the folder of volumes, pods and names
    /// @param images the program that stands for an image, by the image's repository
    /// @param addresses stays the caller's to close, as the processes do, after this
    public static LocalRuntime start(
            ApiServer api, Path state, Map<String, Path> images, AddressBlock addresses, Processes processes)
            throws IOException {
        Cluster cluster = api.cluster();
        ControlLoop loop = api.loop();
        var machine = new PodWorld.Machine(images, processes, state);
        Kubelet kubelet = new Kubelet(cluster, loop, machine, addresses, new PodLogs(state.resolve("pods")));
        loop.add(
                new StatefulSets(cluster),
                new Jobs(cluster, loop),
                new Claims(cluster, state.resolve("volumes")),
                new Services(cluster, state.resolve("run")),
                kubelet,
                new DisruptionBudgets(cluster));
        return new LocalRuntime(kubelet);
    }

    /// Ends all pods' processes; their objects stay for the next start.
    @Override
    public void close() throws Exception {
        kubelet.close();
    }
}
