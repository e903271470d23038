package dev.quorate.local.cli;

import dev.quorate.local.runtime.Cluster;
import dev.quorate.local.runtime.LocalRuntime;
import java.io.IOException;
import java.nio.file.Path;

/// Object store and API server, as `up` needs them.
interface ControlPlane extends AutoCloseable {
    /// Where and with what it starts.
    ///
    /// @param state the folder whose `objects` part keeps the objects between runs
    /// @param address a loopback address of our own, to listen on
    /// @param kubeconfig is written, mode 600, before [#start] returns
    record Settings(Path state, String address, int port, Path kubeconfig) {}

    /// What controllers and kubelet work on.
    Cluster cluster();

    /// From now on answers requests, the logs of pods from the runtime.
    void serve(LocalRuntime runtime) throws IOException;

    /// Frees the port; all that was accepted is on disk.
    @Override
    void close() throws IOException;
}
