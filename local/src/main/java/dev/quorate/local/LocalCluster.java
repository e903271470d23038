package dev.quorate.local;

import dev.quorate.local.api.ApiServer;
import dev.quorate.local.runtime.AddressBlock;
import dev.quorate.local.runtime.Claims;
import dev.quorate.local.runtime.DisruptionBudgets;
import dev.quorate.local.runtime.Jobs;
import dev.quorate.local.runtime.Kubelet;
import dev.quorate.local.runtime.Processes;
import dev.quorate.local.runtime.Services;
import dev.quorate.local.runtime.StatefulSets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// API server, controllers and pods over one state folder, started in order and ended in the opposite one.
public final class LocalCluster implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LocalCluster.class);
    private static final int API_PORT = 6443;

    private final List<AutoCloseable> parts = new ArrayList<>();
    private final ApiServer api;

    private LocalCluster(Path state, Map<String, Path> images) throws IOException {
        AddressBlock addresses = part(AddressBlock.take(state));
        Processes processes = part(Processes.open(state));
        api = part(ApiServer.start(state, addresses.first(), API_PORT, state.resolve("kubeconfig")));
        Kubelet kubelet = part(new Kubelet(api, state, images, addresses, processes));
        api.loop()
                .add(
                        new StatefulSets(api.cluster()),
                        new Jobs(api.cluster()),
                        new Claims(api.cluster(), state.resolve("volumes")),
                        new Services(api.cluster(), state.resolve("run")),
                        kubelet,
                        new DisruptionBudgets(api.cluster()));
    }

    /// @param state is created, and continued where it is there; its `kubeconfig` leads to the API server
    /// @param images the program that stands for an image, by the image's repository such as
    /// `quorate/ensemble-server`
    public static LocalCluster start(Path state, Map<String, Path> images) throws IOException {
        return new LocalCluster(state, images);
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.add(part);
        return part;
    }

    public ApiServer api() {
        return api;
    }

    @Override
    public synchronized void close() {
        for (AutoCloseable part : parts.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                log.warn("while stopping: {}", e.getMessage());
            }
        }
        parts.clear();
    }
}
