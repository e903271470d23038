package dev.quorate.local;

import dev.quorate.local.api.ApiServer;
import dev.quorate.local.runtime.AddressBlock;
import dev.quorate.local.runtime.ImageMap;
import dev.quorate.local.runtime.LocalRuntime;
import dev.quorate.local.runtime.ProcessLedger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// API server, controllers and pods over one state folder, started in order and ended in the opposite one. One thread
/// starts; any may close.
public final class LocalCluster implements AutoCloseable {
    private static final int API_PORT = 6443;

    private final List<AutoCloseable> parts = Collections.synchronizedList(new ArrayList<>());
    private final ProcessLedger ledger;
    private final LocalRuntime runtime;

    private LocalCluster(Path state, ImageMap images) throws IOException {
        AddressBlock block = part(AddressBlock.take(state.resolve("addresses.block")));
        ledger = part(ProcessLedger.open(state.resolve("run/processes")));
        ApiServer api = part(ApiServer.start(state, block.address(1), API_PORT, state.resolve("kubeconfig")));
        runtime = part(LocalRuntime.start(api.cluster(), state, block, ledger, images));
        api.logsFrom(runtime);
    }

    /// @param state is created, and continued where it is there; its `kubeconfig` leads to the API server
    public static LocalCluster start(Path state, ImageMap images) throws IOException {
        return new LocalCluster(state, images);
    }

    /// Closes the part before those that are there now.
    public <T extends AutoCloseable> T part(T part) {
        parts.add(part);
        return part;
    }

    public ProcessLedger ledger() {
        return ledger;
    }

    public LocalRuntime runtime() {
        return runtime;
    }

    @Override
    public void close() {
        synchronized (parts) {
            for (AutoCloseable part : parts.reversed()) {
                try {
                    part.close();
                } catch (Exception e) {
                    System.err.println("quorate: while stopping: " + e.getMessage());
                }
            }
            parts.clear();
        }
    }
}
