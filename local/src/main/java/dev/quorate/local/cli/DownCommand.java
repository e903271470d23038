package dev.quorate.local.cli;

import dev.quorate.local.runtime.ProcessLedger;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `./quorate down`.
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Ends the embedded mode and all its processes. The state stays for the next up.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing runs any more", "1:failed", "2:wrong usage"})
final class DownCommand implements Callable<Integer> {
    private static final long PATIENCE_SECONDS = 60;

    @Mixin
    private final StateFolder state = new StateFolder();

    @Option(names = "--delete-data", description = "Also remove the state, with all data of all ensembles.")
    private boolean deleteData;

    @Override
    public Integer call() throws Exception {
        Optional<ProcessHandle> up = state.running();
        if (up.isPresent()) {
            up.get().destroy();
            try {
                up.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                up.get().destroyForcibly();
                up.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        }
        int left = ProcessLedger.sweep(state.processes());
        if (left > 0) {
            System.out.println("ended " + left + " processes that a former run had left");
        }
        if (deleteData) {
            state.delete();
        }
        System.out.println((up.isPresent() || left > 0 ? "stopped" : "nothing was running")
                + (deleteData ? ", data deleted" : ""));
        return 0;
    }
}
