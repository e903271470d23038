package dev.quorate.local.runtime;

import dev.quorate.local.api.Cluster;
import dev.quorate.local.api.PodLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Controllers and kubelet, started and stopped together.
public final class LocalRuntime implements PodLogs, AutoCloseable {
    private static final Duration STOP_GRACE = Duration.ofSeconds(20);

    private final ControlLoop loop = new ControlLoop();
    private final Kubelet kubelet;
    private final HostsFiles hosts;

    private LocalRuntime(Cluster cluster, Path state, AddressBlock block, ProcessLedger ledger, ImageMap images)
            throws IOException {
        hosts = new HostsFiles(state.resolve("run"));
        Path claims = state.resolve("volumes");
        var settings = new PodLaunch.Settings(images, ledger, hosts, state.resolve("pods"), claims);
        kubelet = new Kubelet(cluster, loop, settings, new PodAddresses(block, state.resolve("addresses")));
        kubelet.forgetFormerRun();
        cluster.onChange(loop::wake);
        loop.start(List.of(
                new StatefulSets(cluster),
                new Jobs(cluster, loop),
                new Claims(cluster, claims),
                kubelet,
                new ServiceEndpoints(cluster, hosts),
                new DisruptionBudgets(cluster)));
    }

    /// @param state the folder of volumes, pods and addresses
    /// @param ledger stays the caller's to close, after this
    public static LocalRuntime start(
            Cluster cluster, Path state, AddressBlock block, ProcessLedger ledger, ImageMap images) throws IOException {
        return new LocalRuntime(cluster, state, block, ledger, images);
    }

    /// The file of names for a process that is to resolve services and pods as a pod of the namespace would.
    public Path hostsFile(String namespace) {
        return hosts.file(namespace);
    }

    @Override
    public Optional<String> problem(PodLogs.Request request) {
        String container = "container \"" + request.container() + "\" in pod \"" + request.pod() + "\"";
        Optional<ContainerLog> log = kubelet.log(request);
        if (log.isEmpty()) {
            return Optional.of(container + " is waiting to start: ContainerCreating");
        }
        return request.previous() && !log.get().hasPrevious()
                ? Optional.of("previous terminated " + container + " not found")
                : Optional.empty();
    }

    @Override
    public void copy(PodLogs.Request request, PodLogs.Sink sink) throws IOException, InterruptedException {
        Optional<ContainerLog> log = kubelet.log(request);
        if (log.isPresent()) {
            log.get().copy(request, sink);
        }
    }

    /// Ends all pods' processes; their objects stay for the next start.
    @Override
    public void close() throws InterruptedException {
        loop.close();
        kubelet.stopAll(STOP_GRACE);
    }
}
