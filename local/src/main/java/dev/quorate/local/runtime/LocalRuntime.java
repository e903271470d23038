package dev.quorate.local.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Controllers and kubelet, started and stopped together.
public final class LocalRuntime implements AutoCloseable {
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

    /// Hands over the lines of a container's log; blocks while it follows. Any thread.
    ///
    /// @return empty if the pod does not run here; else whether the run asked for is there
    public Optional<Boolean> log(LogRequest request, LogRequest.Sink sink) throws IOException, InterruptedException {
        Optional<ContainerLog> log = kubelet.log(request.namespace(), request.pod(), request.container());
        if (log.isEmpty()) {
            return Optional.empty();
        }
        if (request.previous() && !log.get().hasPrevious()) {
            return Optional.of(false);
        }
        log.get().copy(request, sink);
        return Optional.of(true);
    }

    /// Ends all pods' processes; their objects stay for the next start.
    @Override
    public void close() throws InterruptedException {
        loop.close();
        kubelet.stopAll(STOP_GRACE);
    }
}
