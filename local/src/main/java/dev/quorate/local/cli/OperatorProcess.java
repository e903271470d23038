package dev.quorate.local.cli;

import dev.quorate.local.runtime.ProcessLedger;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The operator, in a process of its own that is started again when it ends, as a Deployment would.
final class OperatorProcess implements AutoCloseable {
    private static final long GRACE_SECONDS = 10;
    private static final long DELAY_SECONDS_MAX = 30;

    private final ProcessLedger ledger;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path folder;
    private final Path log;
    private final CountDownLatch closing = new CountDownLatch(1);
    private Process process;

    private OperatorProcess(ProcessLedger ledger, List<String> command, Map<String, String> environment, Path folder)
            throws IOException {
        this.ledger = ledger;
        this.command = command;
        this.environment = environment;
        this.folder = folder;
        this.log = folder.resolve("operator.log");
        Files.deleteIfExists(log);
        this.process = ledger.start(command, environment, folder);
    }

    /// @param folder where it runs, and where `operator.log` keeps what it prints, of this and of later starts
    static OperatorProcess start(
            ProcessLedger ledger, List<String> command, Map<String, String> environment, Path folder)
            throws IOException {
        OperatorProcess operator = new OperatorProcess(ledger, command, environment, folder);
        Thread.startVirtualThread(operator::keepRunning);
        return operator;
    }

    private void keepRunning() {
        try {
            Process running = current();
            for (long delay = 1; ; delay = Math.min(DELAY_SECONDS_MAX, 2 * delay)) {
                copy(running.getInputStream());
                int code = running.waitFor();
                if (closing.await(delay, TimeUnit.SECONDS)) {
                    return;
                }
                System.err.println(
                        "quorate: the operator ended with " + code + " and is started again: " + log + " tells why");
                running = again();
            }
        } catch (IOException e) {
            System.err.println("quorate: the operator could not be started again: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Process current() {
        return process;
    }

    private synchronized Process again() throws IOException {
        if (closing.getCount() > 0) {
            process = ledger.start(command, environment, folder);
        }
        return process;
    }

    private void copy(InputStream from) {
        try (from;
                OutputStream to = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            from.transferTo(to);
        } catch (IOException e) {
            System.err.println("quorate: " + log + ": " + e.getMessage());
        }
    }

    @Override
    public void close() throws InterruptedException {
        closing.countDown();
        Process last = current();
        last.destroy();
        if (!last.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
            last.destroyForcibly().waitFor();
        }
    }
}
