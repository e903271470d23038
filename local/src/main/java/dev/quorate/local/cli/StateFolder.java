package dev.quorate.local.cli;

import dev.quorate.local.store.Folders;
import dev.quorate.local.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// Where one embedded mode keeps everything, as an option of every command.
final class StateFolder {
    private static final List<String> ENTRIES =
            List.of("keys", "kubeconfig", "objects", "pods", "run", "up.log", "volumes");

    @Option(names = "--state-dir", paramLabel = "DIR", scope = ScopeType.INHERIT)
    private @Nullable Path given;

    /// The checkout, which the launcher names.
    static Path checkout() {
        return absolute(Path.of(System.getProperty("quorate.checkout", ".")));
    }

    Path path() {
        return absolute(given == null ? checkout().resolve(".quorate") : given);
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    Path outcome() {
        return path().resolve("run/outcome");
    }

    /// Has the process id of the `up` that holds the lock on it.
    private Path owner() {
        return path().resolve("run/up");
    }

    /// The process of the `up` that runs on this folder.
    Optional<ProcessHandle> running() {
        try (FileChannel channel = FileChannel.open(owner(), StandardOpenOption.WRITE);
                FileLock free = channel.tryLock()) {
            return free == null ? ProcessHandle.of(Long.parseLong(Files.readString(owner()))) : Optional.empty();
        } catch (IOException noFile) {
            return Optional.empty();
        }
    }

    /// Takes the folder for this process until it ends.
    FileLock take() throws IOException {
        Folders.create(path().resolve("run"));
        FileChannel channel = FileChannel.open(owner(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw alreadyRunning();
        }
        Folders.delete(outcome());
        // Through this channel: closing another one on the file would give up the lock.
        String pid = String.valueOf(ProcessHandle.current().pid());
        channel.truncate(0).write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.UTF_8)));
        return lock;
    }

    /// Removes what the embedded mode has made, and the folder if nothing else is in it.
    void delete() {
        ENTRIES.forEach(entry -> Folders.delete(path().resolve(entry)));
        if (Folders.list(Folders.create(path())).isEmpty()) {
            Folders.delete(path());
        } else {
            System.out.println("kept " + path() + ": there are files in it that are not the embedded mode's");
        }
    }

    Failure alreadyRunning() {
        String pid = running().map(p -> " (process " + p.pid() + ")").orElse("");
        String line = "the embedded mode runs already on " + path() + pid + ": ./quorate down ends it";
        return new Failure(Failure.ALREADY_RUNNING, line);
    }

    /// A look at the objects of the embedded mode that runs.
    ObjectStore objects() {
        if (running().isEmpty()) {
            String line = "the embedded mode is not running on " + path() + ": ./quorate up starts it";
            throw new Failure(Failure.NOT_RUNNING, line);
        }
        return new ObjectStore(path().resolve("objects"));
    }
}
