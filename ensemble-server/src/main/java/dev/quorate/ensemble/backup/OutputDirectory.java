package dev.quorate.ensemble.backup;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// A folder that is there whole or not at all: written under another name beside it, then renamed. [#close] without
/// [#commit] leaves nothing behind.
public final class OutputDirectory implements AutoCloseable {
    private final Path parent;
    private final Path named;
    private final Path partial;
    private final boolean parentMade;
    private boolean committed;

    private OutputDirectory(Path parent, String name, boolean parentMade) {
        this.parent = parent;
        this.named = parent.resolve(name);
        this.partial = parent.resolve("." + name + ".partial");
        this.parentMade = parentMade;
    }

    /// Makes `parent` where it is missing. What an earlier run left unfinished under this name goes.
    public static OutputDirectory begin(Path parent, String name) throws IOException {
        boolean missing = !Files.exists(parent);
        if (missing) {
            Files.createDirectory(parent);
        }
        OutputDirectory output = new OutputDirectory(parent, name, missing);
        if (Files.exists(output.named)) {
            throw new RefusedException(output.named + " is there already");
        }
        delete(output.partial);
        Files.createDirectory(output.partial);
        return output;
    }

    /// Refuses a directory that holds anything. A new file system has its own `lost+found`; what an earlier run left
    /// unfinished under `name` does not count.
    public static void requireEmpty(Path directory, String name) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        if (!Files.isDirectory(directory)) {
            throw new RefusedException(directory + ": the output must be a folder");
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String found = String.valueOf(entry.getFileName());
                if (!found.equals("lost+found") && !found.equals("." + name + ".partial")) {
                    throw new RefusedException(directory + ": the output must be empty, but holds " + found);
                }
            }
        }
    }

    /// Where to write.
    public Path path() {
        return partial;
    }

    /// Durable, and there under its name, when it returns. Files in it must be synced already.
    public Path commit() throws IOException {
        sync(partial);
        Files.move(partial, named, StandardCopyOption.ATOMIC_MOVE);
        committed = true;
        sync(parent);
        return named;
    }

    @Override
    public void close() throws IOException {
        if (!committed) {
            delete(partial);
            if (parentMade) {
                Files.delete(parent);
            }
        }
    }

    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    static void delete(Path tree) throws IOException {
        if (Files.isDirectory(tree)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(tree)) {
                for (Path entry : entries) {
                    delete(entry);
                }
            }
        }
        Files.deleteIfExists(tree);
    }
}
