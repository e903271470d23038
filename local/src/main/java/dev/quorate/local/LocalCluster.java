package dev.quorate.local;

import dev.quorate.local.api.ApiServer;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.runtime.AddressBlock;
import dev.quorate.local.runtime.Claims;
import dev.quorate.local.runtime.DisruptionBudgets;
import dev.quorate.local.runtime.Jobs;
import dev.quorate.local.runtime.Kubelet;
import dev.quorate.local.runtime.PodWorld;
import dev.quorate.local.runtime.Processes;
import dev.quorate.local.runtime.Services;
import dev.quorate.local.runtime.StatefulSets;
import dev.quorate.local.store.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// API server, controllers and pods over one state folder, started in order and ended in the opposite one.
public record LocalCluster(AddressBlock addresses, Processes processes, ApiServer api, Kubelet kubelet)
        implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LocalCluster.class);
    private static final int API_PORT = 6443;

    /// @param state is created, and continued where it is there; its `kubeconfig` leads to the API server
    /// @param images the program that stands for an image, by the image's repository such as
    /// `quorate/ensemble-server`
    public static LocalCluster start(Path state, Map<String, Path> images) throws IOException {
        AddressBlock addresses = AddressBlock.take(state);
        Processes processes = Processes.open(state);
        ApiServer api = ApiServer.start(state, addresses.first(), API_PORT, state.resolve("kubeconfig"));
        Cluster cluster = api.cluster();
        Folders.delete(state.resolve("pods"));
        Kubelet kubelet = new Kubelet(api, addresses, pod -> new PodWorld(cluster, pod, state, images, processes));
        Services services = new Services(cluster, state.resolve("run/hosts"));
        // Nobody may take what a former run has left for what is: pods and endpoints are set right before this returns.
        kubelet.run();
        services.run();
        api.loop().add(kubelet, new StatefulSets(cluster), new Jobs(cluster), new DisruptionBudgets(cluster));
        api.loop().add(new Claims(cluster, state.resolve("volumes")), services);
        return new LocalCluster(addresses, processes, api, kubelet);
    }

    @Override
    public void close() {
        try (addresses;
                processes;
                api;
                kubelet) {
            log.debug("stopping");
        } catch (IOException e) {
            log.warn("while stopping: {}", e.getMessage());
        }
    }
}
