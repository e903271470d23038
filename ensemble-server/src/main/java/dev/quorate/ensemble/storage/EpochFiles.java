package dev.quorate.ensemble.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// `acceptedEpoch` and `currentEpoch`: decimal text, replaced as a whole and synced.
public final class EpochFiles {
    private static final String ACCEPTED = "acceptedEpoch";
    private static final String CURRENT = "currentEpoch";

    private final Path directory;

    /// `directory` is the one of the snapshots, `version-2` included.
    public EpochFiles(Path directory) {
        this.directory = directory;
    }

    /// -1 where there is no such file.
    public long accepted() throws IOException {
        return read(ACCEPTED);
    }

    public long current() throws IOException {
        return read(CURRENT);
    }

    /// The value a server was about to make current when it stopped, -1 where there is none.
    public long currentUnderWay() throws IOException {
        return read(CURRENT + ".tmp");
    }

    /// Durable when it returns.
    public void accepted(long epoch) throws IOException {
        write(ACCEPTED, epoch);
    }

    public void current(long epoch) throws IOException {
        write(CURRENT, epoch);
    }

    private long read(String name) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            return -1;
        }
        String text = Files.readString(file).strip();
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new CorruptFileException(file + ": \"" + text + "\" is no epoch");
        }
    }

    private void write(String name, long epoch) throws IOException {
        Path temporary = directory.resolve(name + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(Long.toString(epoch).getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(
                temporary,
                directory.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        ZxidFiles.syncDirectory(directory);
    }
}
