package dev.quorate.local.cli;

import dev.quorate.local.runtime.Folders;
import dev.quorate.local.runtime.ProcessLedger;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where one embedded mode keeps everything, as an option of every command.
final class StateFolder {
    private static final List<String> ENTRIES = List.of(
            "addresses",
            "addresses.block",
            "keys",
            "kubeconfig",
            "objects",
            "operator.log",
            "pods",
            "run",
            "up.log",
            "volumes");

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Where the embedded mode keeps its state (default: .quorate in the checkout).")
    private @Nullable Path given;

    /// The checkout, which the launcher names.
    static Path checkout() {
        return Path.of(System.getProperty("quorate.checkout", "."))
                .toAbsolutePath()
                .normalize();
    }

    Path path() {
        return given == null
                ? checkout().resolve(".quorate")
                : given.toAbsolutePath().normalize();
    }

    Path kubeconfig() {
        return path().resolve("kubeconfig");
    }

    Path processes() {
        return path().resolve("run").resolve("processes");
    }

    Path log() {
        return path().resolve("up.log");
    }

    Path outcome() {
        return path().resolve("run").resolve("outcome");
    }

    private Path owner() {
        return path().resolve("run").resolve("up");
    }

    /// The process of the `up` that runs on this folder.
    Optional<ProcessHandle> running() throws IOException {
        if (!Files.exists(owner())) {
            return Optional.empty();
        }
        String[] parts = Files.readString(owner()).strip().split(" ", 2);
        return ProcessHandle.of(Long.parseLong(parts[0]))
                .filter(p -> parts.length == 2 && ProcessLedger.startOf(p).equals(parts[1]));
    }

    /// Takes the folder for this process until it ends.
    FileLock take() throws IOException {
        Files.createDirectories(path().resolve("run"));
        FileChannel channel = FileChannel.open(
                path().resolve("run").resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw alreadyRunning();
        }
        ProcessHandle self = ProcessHandle.current();
        Folders.write(owner(), (self.pid() + " " + ProcessLedger.startOf(self)).getBytes(StandardCharsets.UTF_8));
        return lock;
    }

    void released() throws IOException {
        Files.deleteIfExists(owner());
    }

    /// Removes what the embedded mode has made, and the folder if nothing else is in it.
    void delete() throws IOException {
        for (String entry : ENTRIES) {
            Folders.delete(path().resolve(entry));
        }
        try {
            Files.deleteIfExists(path());
        } catch (DirectoryNotEmptyException foreign) {
            System.out.println("kept " + path() + ": there are files in it that are not the embedded mode's");
        }
    }

    Failure alreadyRunning() throws IOException {
        String pid = running().map(p -> " (process " + p.pid() + ")").orElse("");
        return new Failure(
                Failure.ALREADY_RUNNING,
                "the embedded mode runs already on " + path() + pid + ": ./quorate down ends it");
    }

    ApiClient client() throws IOException {
        if (running().isEmpty() || !Files.exists(kubeconfig())) {
            throw new Failure(
                    Failure.NOT_RUNNING, "the embedded mode is not running on " + path() + ": ./quorate up starts it");
        }
        return new ApiClient(kubeconfig());
    }
}
